import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import { DeliveryFailure } from "../../domain/delivery-failure";
import { type PushCredentials, readPushCredentials } from "./push-credentials";

const secretName = "quayside/dev/push/acme/inbox";

/** Reads a secret that holds this text, or whose reading fails with this error. */
async function read(authentication: "password" | "key", held: string | Error): Promise<PushCredentials> {
  const asked: unknown[] = [];
  const send = async ({ input }: { input: unknown }) => {
    asked.push(input);
    if (held instanceof Error) throw held;
    return { SecretString: held };
  };
  const credentials = await readPushCredentials({ send: send as SecretsManagerClient["send"] })({
    ...{ id: "acme/inbox", host: "sftp.example", port: 22, username: "quayside", hostKeys: [] },
    ...{ authentication, secretName },
  });
  expect(asked).to.deep.equal([{ SecretId: secretName }]);
  return credentials;
}

async function failureOf(promise: Promise<unknown>): Promise<DeliveryFailure> {
  const outcome = await promise.catch((error: unknown) => error);
  if (outcome instanceof DeliveryFailure) return outcome;
  throw new Error(`expected a failure, got ${JSON.stringify(outcome)}`);
}

describe("readPushCredentials", () => {
  it("reads a password", async () => {
    expect(await read("password", '{"password":"correct horse","more":1}')).to.deep.equal({
      password: "correct horse",
    });
  });

  it("reads a key, with or without a passphrase", async () => {
    expect(await read("key", '{"privateKey":"PEM"}')).to.deep.equal({ privateKey: "PEM" });
    expect(await read("key", '{"privateKey":"PEM","passphrase":""}')).to.deep.equal({ privateKey: "PEM" });
    expect(await read("key", '{"privateKey":"PEM","passphrase":"p"}')).to.deep.equal({
      ...{ privateKey: "PEM", passphrase: "p" },
    });
  });

  for (const [authentication, text] of [
    ["password", ""],
    ["password", "correct horse"],
    ["password", "null"],
    ["password", '{"privateKey":"PEM"}'],
    ["password", '{"password":""}'],
    ["password", '{"password":7}'],
    ["key", '{"password":"correct horse"}'],
    ["key", '{"privateKey":"PEM","passphrase":7}'],
  ] as const) {
    it(`says which secret to fill, and how, where a ${authentication} secret holds ${JSON.stringify(text)}`, async () => {
      const failure = await failureOf(read(authentication, text));
      expect(failure).to.include({ canPass: false, reach: "destination" });
      expect(failure.message).to.include(`put-secret-value --secret-id ${secretName}`);
      expect(failure.message).to.include(authentication === "password" ? '{"password": "…"}' : '"privateKey"');
      if (text !== "") expect(failure.message).not.to.include(text);
      expect(failure.forPartner)
        .to.match(/on our side/)
        .and.not.match(/secret|put-/);
    });
  }

  it("says so where the secret has no value yet", async () => {
    const error = Object.assign(new Error("Secrets Manager can't find the specified secret value"), {
      name: "ResourceNotFoundException",
    });
    const failure = await failureOf(read("password", error));
    expect(failure.canPass).to.equal(false);
    expect(failure.message).to.include("the secret for acme/inbox has no value. Fill it: ");
  });

  it("tries again where Secrets Manager does not answer", async () => {
    const failure = await failureOf(
      read("key", Object.assign(new Error("slow down"), { name: "ThrottlingException" })),
    );
    expect(failure).to.include({ canPass: true, reach: "destination" });
    expect(failure.message).to.include("ThrottlingException: slow down");
  });
});

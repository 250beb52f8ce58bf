import {
  InvalidRequestException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import { type HandOver, handOverSecrets } from "./hand-over-secrets";

interface Stored {
  value: string;
  keyArn: string;
  tags: Record<string, string>;
  deleted?: Date;
  recoveryDays?: number;
}

/** What the commands below are sent with, each a part of it. */
interface Input {
  SecretId: string;
  Name: string;
  SecretString: string;
  KmsKeyId: string;
  Tags: { Key: string; Value: string }[];
  RecoveryWindowInDays?: number;
  ForceDeleteWithoutRecovery?: boolean;
}

/** The part of Secrets Manager that is used, with its errors. */
function secretsManagerOf(secrets: Map<string, Stored>) {
  const found = (name: string) => {
    const secret = secrets.get(name);
    if (secret === undefined) throw new ResourceNotFoundException({ message: "can't find it", $metadata: {} });
    return secret;
  };
  const alive = (name: string) => {
    const secret = found(name);
    if (secret.deleted === undefined) return secret;
    throw new InvalidRequestException({ message: "it was marked for deletion", $metadata: {} });
  };
  const operations: Record<string, (input: Input) => unknown> = {
    DescribeSecretCommand: ({ SecretId }) => {
      const { tags, deleted } = found(SecretId);
      return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })), DeletedDate: deleted };
    },
    CreateSecretCommand: ({ Name, SecretString, KmsKeyId }) =>
      secrets.set(Name, { value: SecretString, keyArn: KmsKeyId, tags: {} }),
    PutSecretValueCommand: ({ SecretId, SecretString }) => Object.assign(alive(SecretId), { value: SecretString }),
    RestoreSecretCommand: ({ SecretId }) => Object.assign(found(SecretId), { deleted: undefined }),
    TagResourceCommand: ({ SecretId, Tags }) => {
      for (const { Key, Value } of Tags) alive(SecretId).tags[Key] = Value;
    },
    UpdateSecretCommand: ({ SecretId, SecretString, KmsKeyId }) =>
      Object.assign(alive(SecretId), { value: SecretString, keyArn: KmsKeyId }),
    DeleteSecretCommand: ({ SecretId, RecoveryWindowInDays, ForceDeleteWithoutRecovery }) => {
      if (ForceDeleteWithoutRecovery) secrets.delete(SecretId);
      else Object.assign(alive(SecretId), { deleted: new Date(), recoveryDays: RecoveryWindowInDays });
    },
  };
  const send = async (command: { input: Input }) => operations[command.constructor.name]?.(command.input);
  return { send } as unknown as Pick<SecretsManagerClient, "send">;
}

const handOver: HandOver = {
  username: "acme",
  password: "secret",
  passwordVersion: 2,
  issuedAt: "2026-01-01T00:00:00.000Z",
};

describe("handOverSecrets", () => {
  const open = ({ stored = new Map<string, Stored>(), keyArn = "key", recoveryDays = 7 } = {}) => {
    const secrets = handOverSecrets(secretsManagerOf(stored), { prefix: "login/", keyArn, recoveryDays });
    return { stored, secrets };
  };

  it("creates a secret under the customer's key, whose version is not in force before it is marked", async () => {
    const { stored, secrets } = open();
    expect(await secrets.versionInForce("acme")).to.equal(null);
    await secrets.write(handOver);
    expect(stored.get("login/acme")).to.deep.include({ keyArn: "key", value: JSON.stringify(handOver) });
    expect(await secrets.versionInForce("acme")).to.equal(null);
    await secrets.markInForce("acme", 2);
    expect(await secrets.versionInForce("acme")).to.equal(2);
  });

  it("overwrites it", async () => {
    const { stored, secrets } = open();
    await secrets.write(handOver);
    await secrets.write({ ...handOver, password: "newer" });
    expect(JSON.parse(stored.get("login/acme")?.value ?? "").password).to.equal("newer");
  });

  it("removes it, and restores it for a new password", async () => {
    const { stored, secrets } = open();
    await secrets.remove("acme");
    await secrets.write(handOver);
    await secrets.markInForce("acme", 2);
    await secrets.remove("acme");
    await secrets.remove("acme");
    expect(await secrets.versionInForce("acme")).to.equal(null);
    await secrets.write({ ...handOver, password: "newer" });
    expect(stored.get("login/acme")?.deleted).to.equal(undefined);
    expect(await secrets.versionInForce("acme")).to.equal(0);
    expect(JSON.parse(stored.get("login/acme")?.value ?? "").password).to.equal("newer");
  });

  it("keeps what it removed for as long as the stack says, and nothing where that is no time", async () => {
    const { stored, secrets } = open({ recoveryDays: 30 });
    await secrets.write(handOver);
    await secrets.remove("acme");
    expect(stored.get("login/acme")?.recoveryDays).to.equal(30);

    const atOnce = open({ recoveryDays: 0 });
    await atOnce.secrets.write(handOver);
    await atOnce.secrets.remove("acme");
    await atOnce.secrets.remove("acme");
    expect([...atOnce.stored.keys()]).to.deep.equal([]);
  });

  it("restores it under the key of today: the one of then may be gone", async () => {
    const { stored, secrets } = open({ keyArn: "key of a stack that was destroyed" });
    await secrets.write(handOver);
    await secrets.remove("acme");
    await open({ stored, keyArn: "key" }).secrets.write(handOver);
    expect(stored.get("login/acme")?.keyArn).to.equal("key");
  });
});

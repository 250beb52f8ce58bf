import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DeliveryFailure } from "../../domain/delivery-failure";
import type { PushDestination } from "../../domain/ledger/deliveries/push-destination";

export type PushCredentials = { password: string } | { privateKey: string; passphrase?: string };

/** What an operator puts into the secret of each kind of destination. */
const shapes = {
  password: '{"password": "…"}',
  key: '{"privateKey": "-----BEGIN OPENSSH PRIVATE KEY-----\\n…", "passphrase": "… (if it has one)"}',
} as const;

/**
 * Reads the credentials for a destination from its secret.
 *
 * @throws {DeliveryFailure} It can't pass where the secret is empty or of another shape: then it says what to put in.
 */
export function readPushCredentials(secrets: Pick<SecretsManagerClient, "send">) {
  return async (destination: PushDestination): Promise<PushCredentials> => {
    const { secretName, authentication, id } = destination;
    let text: string | undefined;
    try {
      ({ SecretString: text } = await secrets.send(new GetSecretValueCommand({ SecretId: secretName })));
    } catch (error) {
      const name = error instanceof Error ? error.name : "";
      // Secrets Manager says this of a secret that has no value yet as well as of one that does not exist.
      if (name === "ResourceNotFoundException") throw unfilled(destination, "has no value");
      throw new DeliveryFailure(`cannot read the secret for ${id} (${secretName}): ${name}: ${messageOf(error)}`, {
        canPass: true,
        reach: "destination",
      });
    }
    const credentials = parse(text ?? "", authentication);
    if (credentials === null) throw unfilled(destination, `does not hold ${shapes[authentication]}`);
    return credentials;
  };
}

function unfilled({ id, secretName, authentication }: PushDestination, problem: string): DeliveryFailure {
  return new DeliveryFailure(
    `the secret for ${id} ${problem}. Fill it: aws secretsmanager put-secret-value --secret-id ${secretName} ` +
      `--secret-string '${shapes[authentication]}', then retry the delivery`,
    { canPass: false, reach: "destination" },
  );
}

function parse(text: string, authentication: "password" | "key"): PushCredentials | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { password, privateKey, passphrase } = value as Record<string, unknown>;
  if (authentication === "password") return typeof password === "string" && password !== "" ? { password } : null;
  if (typeof privateKey !== "string" || privateKey === "") return null;
  if (passphrase === undefined || passphrase === null || passphrase === "") return { privateKey };
  return typeof passphrase === "string" ? { privateKey, passphrase } : null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

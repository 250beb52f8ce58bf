import type { AwsCall } from "./service";

/** What a caller does with a KMS key through another service, which uses the key in the caller's name. */
export interface KeyUse {
  /** ARN, id or alias of the key; undefined, or an alias of AWS's own, for keys that need no permission. */
  keyId: string | undefined;
  /** `kms:Decrypt`, `kms:GenerateDataKey` */
  actions: readonly string[];
  /** `secretsmanager`, `sqs`, `sns` */
  service: string;
  accountId: string;
  encryptionContext?: Record<string, string>;
}

/** Asks whether the caller may use the key through the service, as KMS would be asked. */
export function authorizeKeyUse(call: Pick<AwsCall, "authorize" | "region">, use: KeyUse): void {
  const { keyId, actions, service, accountId, encryptionContext = {} } = use;
  if (keyId === undefined || /(^|:)alias\/aws\//.test(keyId)) return;
  const name = keyId.startsWith("alias/") ? keyId : `key/${keyId}`;
  const resource = keyId.startsWith("arn:") ? keyId : `arn:aws:kms:${call.region}:${accountId}:${name}`;
  const context = Object.entries(encryptionContext).map(([key, value]) => [`kms:EncryptionContext:${key}`, value]);
  const conditions = {
    "kms:ViaService": `${service}.${call.region}.amazonaws.com`,
    "kms:CallerAccount": accountId,
    ...Object.fromEntries(context),
  };
  for (const action of actions) call.authorize({ action, resource, conditions });
}

import type { AccessRequest } from "../aws-endpoint/service";
import type { Caller } from "./caller";
import { bucketArn, type Core, objectArn } from "./core";
import type { Encryption } from "./store/object-version";

/** One permission that a request needs. The conditions are those that S3 itself sets (`s3:prefix`, `kms:ViaService`). */
export interface AuthorizationCall extends AccessRequest {
  /** The answer only decides whether a missing key is reported as 404 or 403: not a permission that is being used. */
  probe: boolean;
  principalId: string;
  /** IP address. */
  sourceAddress: string;
}

/** Refuses by throwing an AwsError. */
export type Authorize = (call: AuthorizationCall) => void | Promise<void>;

export interface Permission {
  action: string;
  bucket: string;
  key?: string;
  conditions?: Record<string, string | string[] | undefined>;
  probe?: boolean;
}

/** Asks whether the caller may; throws AccessDenied if not. A caller without a principal may do everything. */
export function authorize(core: Core, caller: Caller, permission: Permission): Promise<void> {
  const { action, bucket, key, conditions, probe } = permission;
  const resource = key === undefined ? bucketArn(bucket) : objectArn(bucket, key);
  const resourcePolicy = core.store.catalogue.buckets.get(bucket)?.configuration.policy;
  return ask(core, caller, {
    action,
    resource,
    conditions: defined(conditions),
    resourcePolicy,
    probe: probe ?? false,
  });
}

/** Asks whether the caller may use the KMS key that protects an object, as S3 does on the caller's behalf. */
export async function authorizeKey(
  core: Core,
  caller: Caller,
  use: "kms:Decrypt" | "kms:GenerateDataKey",
  on: { bucket: string; key: string; encryption: Encryption | undefined },
): Promise<void> {
  const { keyArn, bucketKey } = on.encryption ?? {};
  if (keyArn === undefined) return;
  const region = core.store.catalogue.buckets.get(on.bucket)?.configuration.region ?? core.region;
  const conditions = {
    "kms:ViaService": `s3.${region}.amazonaws.com`,
    "kms:CallerAccount": core.accountId,
    // With an S3 bucket key the encryption context names the bucket, else the object.
    "kms:EncryptionContext:aws:s3:arn": bucketKey ? bucketArn(on.bucket) : objectArn(on.bucket, on.key),
  };
  await ask(core, caller, { action: use, resource: keyArn, conditions, probe: false });
}

/** Asks for `s3:ListAllMyBuckets`. */
export const authorizeListing = (core: Core, caller: Caller) =>
  ask(core, caller, { action: "s3:ListAllMyBuckets", resource: "*", conditions: {}, probe: false });

async function ask(
  core: Core,
  caller: Caller,
  call: Omit<AuthorizationCall, "principal" | "principalId" | "sourceAddress">,
): Promise<void> {
  const { principal, principalId, sourceAddress } = caller;
  if (principal === undefined) return;
  if (core.authorize !== undefined) await core.authorize({ ...call, principal, principalId, sourceAddress });
  else caller.authorize?.(call);
}

function defined(conditions: Permission["conditions"] = {}): Record<string, string | string[]> {
  const entries = Object.entries(conditions).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return Object.fromEntries(entries);
}

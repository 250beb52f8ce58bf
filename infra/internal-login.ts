import * as aws from "@pulumi/aws";
import { type CustomResourceOptions, type Input, output } from "@pulumi/pulumi";
import type { LoginEntitlement } from "../domain/entitlements";
import { loginAccess } from "../domain/login-access";
import type { PartnerAccess } from "../domain/partner-access";
import { parseSshPublicKey } from "../domain/ssh-public-key";

/** What every login on the internal endpoint refers to. */
export interface InternalLogins {
  serverId: Input<string>;
  /** The role of its sessions. */
  roleArn: Input<string>;
  bucket: Input<string>;
  keyArn: Input<string>;
  /** Globs of the names under which clients upload before they rename. */
  temporaryNames: readonly string[];
}

/**
 * A login on the internal endpoint: a user whom Transfer Family manages, with the session policy that the authorize
 * function would answer at the partner endpoint, and one resource for each key.
 */
export function internalLogin(
  { serverId, roleArn, bucket, keyArn, temporaryNames }: InternalLogins,
  { originalId, entitlements: { folders } }: PartnerAccess,
  { username, publicKeys }: LoginEntitlement,
  options: CustomResourceOptions,
): void {
  const access = output([bucket, keyArn] as const).apply(([bucket, keyArn]) =>
    loginAccess({ bucket, keyArn, folders, temporaryNames }),
  );
  const user = new aws.transfer.User(
    originalId,
    {
      serverId,
      userName: username,
      role: roleArn,
      policy: access.policy,
      homeDirectoryType: "LOGICAL",
      homeDirectoryMappings: access.homeDirectoryMappings,
    },
    options,
  );
  for (const body of publicKeys) {
    // By the key, not by its file, so that a file can be renamed; and as `ssh-keygen -l` shows it.
    new aws.transfer.SshKey(
      `${originalId}/${fingerprint(body)}`,
      { serverId, userName: user.userName, body },
      { ...options, dependsOn: [user] },
    );
  }
}

function fingerprint(line: string): string {
  const key = parseSshPublicKey(line);
  if ("message" in key) throw new Error(`${key.message}; ${key.fix}`);
  return key.fingerprint;
}

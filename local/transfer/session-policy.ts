import { evaluate } from "../iam/evaluate";
import { type PolicyDocument, parsePolicy } from "../iam/policy-document";
import type { RequestContext } from "../iam/policy-pattern";
import { permissionDenied } from "../sftp/sftp-error";
import { type HomeDirectory, IdentityProviderError } from "./identity-provider";

/**
 * The text of a session policy with Transfer Family's variables filled in, which it does itself: no other service
 * knows them. With LOGICAL directories only the user's name exists.
 * Source: Transfer Family user guide, creating a session policy.
 */
export function filledInPolicy(policy: string, username: string, home: HomeDirectory): string {
  const values: Record<string, string> = { "transfer:UserName": username };
  if (home.type === "PATH") {
    const [, bucket = "", ...folder] = home.directory.split("/");
    values["transfer:HomeBucket"] = bucket;
    values["transfer:HomeFolder"] = folder.join("/");
    values["transfer:HomeDirectory"] = home.directory.slice(1);
  }
  return policy.replace(/\$\{(transfer:\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : JSON.stringify(value.replace(/[*?$]/g, (sign) => `\${${sign}}`)).slice(1, -1);
  });
}

/** What a session may do in S3, by its session policy alone; the role's own policies are S3's to ask. */
export class SessionPermissions {
  readonly #policies: readonly PolicyDocument[] | undefined;

  /** Throws an IdentityProviderError for a text that is no policy. */
  constructor(policy: string | undefined) {
    try {
      this.#policies = policy === undefined ? undefined : [parsePolicy(policy)];
    } catch (error) {
      throw new IdentityProviderError(`the session policy cannot be used: ${(error as Error).message}`);
    }
  }

  allows(action: string, resource: string, context: RequestContext = {}): boolean {
    return this.#policies === undefined || evaluate(this.#policies, { action, resource, context }) === "allow";
  }

  /** Throws SFTP's "Permission denied". */
  demand(action: string, resource: string, context?: RequestContext): void {
    if (!this.allows(action, resource, context)) throw permissionDenied();
  }
}

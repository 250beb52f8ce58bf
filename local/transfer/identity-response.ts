import { readHomeDirectory } from "./home-directory";
import { type Identity, type IdentityAttempt, IdentityProviderError } from "./identity-provider";

/** Longest session policy that STS accepts, in characters. */
const longestPolicy = 2048;
const knownFields = [
  ...["Role", "Policy", "HomeDirectoryType", "HomeDirectory", "HomeDirectoryDetails", "PublicKeys", "PosixProfile"],
];

/**
 * Reads what a custom identity provider answered. Without a `Role` it says no. Throws an IdentityProviderError for
 * what Transfer Family would not take. Source: Transfer Family user guide, custom identity provider values.
 */
export function readIdentity(body: unknown, attempt: IdentityAttempt): Identity | undefined {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw wrong("is not a JSON object");
  const response = body as Record<string, unknown>;
  const role = textOf(response, "Role");
  if (role === undefined || role === "") return undefined;
  const unknownField = Object.keys(response).find((field) => !knownFields.includes(field));
  if (unknownField !== undefined) throw wrong(`has ${unknownField}, which Transfer Family does not know`);
  if (!/^arn:[^:]+:iam::\d{12}:role\/.+/.test(role)) throw wrong(`has "${role}" as its Role, which is no role's ARN`);
  const policy = textOf(response, "Policy");
  if (policy !== undefined && policy.length > longestPolicy) {
    throw wrong(`has a Policy of ${policy.length} characters, and ${longestPolicy} is the limit`);
  }
  const publicKeys = readPublicKeys(response.PublicKeys, attempt);
  const home = readHomeDirectory(
    {
      type: textOf(response, "HomeDirectoryType"),
      directory: textOf(response, "HomeDirectory"),
      details: textOf(response, "HomeDirectoryDetails"),
    },
    attempt.username,
  );
  return { role, home, ...(policy && { policy }), ...(publicKeys && { publicKeys }) };
}

function readPublicKeys(value: unknown, attempt: IdentityAttempt): readonly string[] | undefined {
  if (attempt.password !== undefined) {
    if (value !== undefined) throw wrong("has PublicKeys although the client came with a password");
    return undefined;
  }
  if (!Array.isArray(value) || value.length === 0 || value.some((key) => typeof key !== "string")) {
    throw wrong("has no PublicKeys although the client came with a key");
  }
  return value as string[];
}

function textOf(response: Record<string, unknown>, field: string): string | undefined {
  const value = response[field];
  if (value !== undefined && typeof value !== "string") throw wrong(`has a ${field} that is no string`);
  return value;
}

const wrong = (what: string) => new IdentityProviderError(`the identity provider's answer ${what}`);

/** One attempt to log in, as an identity provider hears of it. */
export interface IdentityAttempt {
  username: string;
  protocol: "SFTP";
  /** IP address that the client comes from. */
  sourceIp: string;
  /** Absent: the client wants in with a key, and the answer must list those that may. */
  password?: string;
}

/** One logical directory: what the client sees, and `/bucket/prefix`, both without a slash at the end. */
export interface DirectoryMapping {
  entry: string;
  target: string;
}

export type HomeDirectory =
  | { type: "LOGICAL"; mappings: readonly DirectoryMapping[]; directory: string }
  /** `/bucket` or `/bucket/prefix`: the client sees bucket and keys as they are. */
  | { type: "PATH"; directory: string };

/** What an identity provider grants. */
export interface Identity {
  /** ARN of the role that the session acts as. */
  role: string;
  /** Session policy, JSON text. */
  policy?: string;
  home: HomeDirectory;
  /** OpenSSH one-line keys; present exactly where the attempt had no password. */
  publicKeys?: readonly string[];
}

/**
 * Decides who may log in; undefined: not this one. Throws an {@link IdentityProviderError} where it answered what
 * Transfer Family would not accept: the login is refused too, and the log says why.
 */
export type IdentityProvider = (attempt: IdentityAttempt) => Promise<Identity | undefined>;

export class IdentityProviderError extends Error {
  override readonly name = "IdentityProviderError";
}

/** API shape UserName. */
export const isUsername = (text: string): boolean => /^\w[\w@.-]{2,99}$/.test(text);

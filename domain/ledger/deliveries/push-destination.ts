/** A subscriber's SFTP server. */
export interface PushDestination {
  /** `partner/name`. */
  id: string;
  host: string;
  port: number;
  username: string;
  /** The pinned keys, OpenSSH one-line. */
  hostKeys: string[];
  authentication: "password" | "key";
  /** The secret that holds the password or key. */
  secretName: string;
}

import type { ObjectKey, RemotePath, VirtualPath } from "./paths";

/**
 * What one partner may do and what it receives, compiled from its files: the input of the *reconcile* function
 * and so the thing that a preview shows. Plain JSON with no secret in it.
 */
export interface Entitlements {
  /** Partner id: its folder name under `partners/`. */
  partner: string;
  /** The ids it had before, oldest first; absent where it never had another. */
  previously?: string[];
  /** The organisation's name, for people. */
  name: string;
  login: LoginEntitlement | null;
  /** Sorted by `virtualPath`. */
  folders: FolderEntitlement[];
  /** The partner's own SFTP servers that deliveries are pushed to, sorted by `name`. */
  destinations: Destination[];
  /** Sorted by `name`. */
  subscriptions: Subscription[];
}

/** The first id that the partner ever had: what its files, and the resources of the program, are named by. */
export function originalIdOf({ partner, previously = [] }: Pick<Entitlements, "partner" | "previously">): string {
  return previously[0] ?? partner;
}

export interface LoginEntitlement {
  username: string;
  /** `partner`: the custom identity provider. `internal`: service-managed, keys only, private network only. */
  endpoint: "partner" | "internal";
  /** Raising it rotates the password; null where the login has none. */
  passwordVersion: number | null;
  /** OpenSSH one-line public keys without comment (`ssh-ed25519 AAAA…`), sorted. */
  publicKeys: string[];
  /** CIDR blocks that the login may come from, sorted; empty: from anywhere. */
  sourceAddresses: string[];
}

export type FolderAccess = "upload" | "download" | "both";

export interface FolderEntitlement {
  virtualPath: VirtualPath;
  /** Ends in `/`. */
  objectPrefix: ObjectKey;
  access: FolderAccess;
  /** The file group that uploads here belong to; null where the access is `download`. */
  fileGroup: string | null;
  /** Whether its files are copied to the stack's file system. */
  replicate: boolean;
}

export interface Destination {
  /** Unique within the partner. */
  name: string;
  host: string;
  port: number;
  username: string;
  /** OpenSSH one-line host keys that are pinned: one, or two while the server's key rotates. */
  hostKeys: string[];
  /** What the Secrets Manager secret holds for it. */
  authentication: "password" | "key";
}

export interface Subscription {
  /** Its file name under `subscriptions/`; unique within the partner. */
  name: string;
  fileGroup: string;
  /** Only files of this partner, by its original id, which no rename changes; null: of any. */
  publisher: string | null;
  /** Glob on the file name (not its folder); null: every file. */
  match: string | null;
  /** Applied in order; empty: the file as it came. */
  transform: TransformStep[];
  delivery: Delivery;
}

/** Reads the file as a table named `input`, runs `sql` over it where given, and writes the result. */
export interface ConvertStep {
  kind: "convert";
  from: TableFormat;
  to: TableFormat;
  /** One SELECT over `input`; null: all of it. */
  sql: string | null;
}
export type TransformStep = ConvertStep;
export type TableFormat = "csv" | "json" | "ndjson" | "parquet";

export type OnConflict = "replace" | "rename" | "fail";

export interface PushDelivery {
  kind: "push";
  /** Name of one of the partner's destinations. */
  destination: string;
  /** The folder on that server. */
  remotePath: RemotePath;
  /** Template of the delivered file's name, see `delivered-name.ts`. */
  fileName: string;
  onConflict: OnConflict;
}
export interface PlaceDelivery {
  kind: "place";
  /** One of the partner's own download folders. */
  virtualPath: VirtualPath;
  /** That folder's prefix; ends in `/`. */
  objectPrefix: ObjectKey;
  fileName: string;
  onConflict: OnConflict;
}
export type Delivery = PushDelivery | PlaceDelivery;

/** The JSON text of a value with every object's keys sorted, so that equal values give equal text and quiet previews. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

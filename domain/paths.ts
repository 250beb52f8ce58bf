/**
 * The three path vocabularies. They look alike and mean different things, so each is its own type and
 * crosses into another only through a function that says so.
 */

declare const vocabulary: unique symbol;
type Path<Vocabulary extends string> = string & { readonly [vocabulary]: Vocabulary };

/** What a partner sees over SFTP: absolute, `/`-separated, no trailing slash: `/claims`. */
export type VirtualPath = Path<"virtualPath">;
/** The key of an S3 object, or a prefix of keys where it ends in `/`: `acme-health/claims/`. Never starts with `/`. */
export type ObjectKey = Path<"objectKey">;
/** A path on a subscriber's own SFTP server, absolute or relative to its login directory: `/inbox/claims`. */
export type RemotePath = Path<"remotePath">;

export const virtualPath = (text: string) => text as VirtualPath;
export const objectKey = (text: string) => text as ObjectKey;
export const remotePath = (text: string) => text as RemotePath;

/**
 * The S3 prefix of a partner's folder. Every partner lives under its own first segment, the first id that it ever had,
 * which is what keeps one partner's files out of another's session policy.
 */
export function folderPrefix(originalId: string, folder: VirtualPath): ObjectKey {
  return objectKey(`${originalId}${folder}/`);
}

/**
 * The original id of the partner in whose folders an object lies. It is what subscriptions are matched by: it stays the
 * same when the partner is renamed, so it does not matter whose files are applied first.
 */
export function ownerOf(key: ObjectKey): string {
  return key.slice(0, key.indexOf("/"));
}

/** The last segment of a path of any vocabulary; empty for a path that ends in `/`. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

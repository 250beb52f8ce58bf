import type { FolderAccess } from "../../entitlements";
import type { ObjectKey } from "../../paths";
import type { Queryable } from "../ledger";

/** The folder in which an object lies. */
export interface Folder {
  partner: string;
  /** Ends in `/`. */
  objectPrefix: ObjectKey;
  access: FolderAccess;
  /** Null where the access is `download`: then nobody but we put files there. */
  fileGroup: string | null;
  /** Whether its files are copied to the file system. */
  replicate: boolean;
}

/**
 * The folder that an object is in; null where its key is in none of an active partner. Looked up by the prefixes that
 * the key has: they are unique, and a partner's need not begin with the id that it has today.
 */
export async function findFolder(ledger: Queryable, objectKey: string): Promise<Folder | null> {
  const { rows } = await ledger.query<Folder>(
    `SELECT folder.partner, folder.object_prefix AS "objectPrefix", folder.access, folder.file_group AS "fileGroup",
            folder.replicate
     FROM folder JOIN partner ON partner.id = folder.partner
     WHERE folder.object_prefix = ANY ($1) AND partner.state = 'active'
     ORDER BY length(folder.object_prefix) DESC LIMIT 1`,
    [prefixes(objectKey)],
  );
  return rows[0] ?? null;
}

/** `a/b/c.json`: `a/`, `a/b/`. */
const prefixes = (objectKey: string) =>
  [...objectKey.matchAll(/\//g)].map(({ index }) => objectKey.slice(0, index + 1));

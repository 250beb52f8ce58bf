import type { Queryable } from "../ledger";

export interface UploadFolder {
  /** The publisher. */
  partner: string;
  fileGroup: string;
}

/**
 * The folder that an object was uploaded to; null where its key is in no folder of an active partner, or in one that
 * takes no uploads. Looked up by the prefixes that the key has: they are unique, and a partner's need not begin with the
 * id that it has today.
 */
export async function findUploadFolder(ledger: Queryable, objectKey: string): Promise<UploadFolder | null> {
  const { rows } = await ledger.query<{ partner: string; access: string; fileGroup: string | null }>(
    `SELECT folder.partner, folder.access, folder.file_group AS "fileGroup"
     FROM folder JOIN partner ON partner.id = folder.partner
     WHERE folder.object_prefix = ANY ($1) AND partner.state = 'active'
     ORDER BY length(folder.object_prefix) DESC LIMIT 1`,
    [prefixes(objectKey)],
  );
  const folder = rows[0];
  if (folder === undefined || folder.access === "download" || folder.fileGroup === null) return null;
  return { partner: folder.partner, fileGroup: folder.fileGroup };
}

/** `a/b/c.json`: `a/`, `a/b/`. */
const prefixes = (objectKey: string) =>
  [...objectKey.matchAll(/\//g)].map(({ index }) => objectKey.slice(0, index + 1));

import type { ObjectKey } from "../../paths";
import { findFolder } from "../entitlements/find-folder";
import type { Queryable } from "../ledger";
import type { Settling } from "../transfers/settling";
import { verdictOf } from "../transfers/verdict-of";

export interface PlacedVersion {
  bucket: string;
  objectKey: ObjectKey;
  versionId: string;
}

/**
 * Hands a placed version over to the file system if it waited for its scan and need not wait any longer. True: it was.
 * Where its folder is not replicated any more, it is forgotten. Run it in a transaction that has locked the key.
 */
export async function releasePlacement(
  transaction: Queryable,
  { bucket, objectKey, versionId }: PlacedVersion,
  { scan, replicate }: Settling,
): Promise<boolean> {
  const { rows } = await transaction.query<{ size: number; sequencer: string; placedAt: Date }>(
    `DELETE FROM unscanned_placement
     WHERE bucket = $1 AND object_key = $2 AND version_id = $3
       AND ($4 OR ${verdictOf("unscanned_placement")} ->> 'status' = 'NO_THREATS_FOUND')
     RETURNING size, sequencer, placed_at AS "placedAt"`,
    [bucket, objectKey, versionId, scan === "none"],
  );
  const [placed] = rows;
  if (placed === undefined || replicate === null) return false;
  const folder = await findFolder(transaction, objectKey);
  if (!folder?.replicate) return false;
  const { size, sequencer, placedAt: uploadedAt } = placed;
  const { objectPrefix } = folder;
  await replicate({ kind: "created", bucket, objectKey, objectPrefix, versionId, sequencer, size, uploadedAt });
  return true;
}

import type { Replication } from "../../events/replication";
import type { Queryable } from "../ledger";

/**
 * Notes that the file system no longer holds a version that was deleted for good; false where it holds another one, or
 * nothing. The row keeps its place in the order of events: a version that is newer than the deleted one may still come.
 */
export async function purgeReplica(
  transaction: Queryable,
  { objectKey, versionId }: Pick<Replication, "objectKey" | "versionId">,
): Promise<boolean> {
  const { rowCount } = await transaction.query(
    `UPDATE replica SET removed = true, replicated_at = now()
     WHERE object_key = $1 AND version_id = $2 AND NOT removed`,
    [objectKey, versionId],
  );
  return rowCount === 1;
}

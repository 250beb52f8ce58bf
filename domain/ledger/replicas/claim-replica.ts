import type { Replication } from "../../events/replication";
import type { Queryable } from "../ledger";

/**
 * Notes that the file system now holds what an order says, unless it has something newer (or just that) already: then
 * false. True: the row is locked until the transaction ends, so nobody else touches the file; do what the order says
 * before that.
 */
export async function claimReplica(transaction: Queryable, replication: Replication): Promise<boolean> {
  const { kind, objectKey, versionId, sequencer } = replication;
  // Without the zeros at their ends, sequencers compare as they do when the shorter one is padded with them.
  const { rowCount } = await transaction.query(
    `INSERT INTO replica (object_key, sequencer, version_id, removed) VALUES ($1, $2, $3, $4)
     ON CONFLICT (object_key) DO UPDATE SET
       sequencer = excluded.sequencer, version_id = excluded.version_id, removed = excluded.removed,
       replicated_at = now()
     WHERE rtrim(replica.sequencer, '0') COLLATE "C" < rtrim(excluded.sequencer, '0') COLLATE "C"`,
    [objectKey, sequencer, versionId, kind !== "created"],
  );
  return rowCount === 1;
}

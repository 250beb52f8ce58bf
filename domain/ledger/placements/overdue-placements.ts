import type { Queryable } from "../ledger";
import type { Settling } from "../transfers/settling";
import type { PlacedVersion } from "./release-placement";

/**
 * Placed versions that have waited longer than this for a scan to find them clean. Each is named once in a stack that
 * scans, so that one warning is given; in one that no longer does, until it is released.
 */
export async function overduePlacements(
  ledger: Queryable,
  { scan }: Pick<Settling, "scan">,
  afterSeconds: number,
  limit: number,
): Promise<PlacedVersion[]> {
  const { rows } = await ledger.query<PlacedVersion>(
    `UPDATE unscanned_placement SET missed_at = now()
     WHERE (bucket, object_key, version_id) IN (
       SELECT bucket, object_key, version_id FROM unscanned_placement
       WHERE (missed_at IS NULL OR $1) AND received_at < now() - make_interval(secs => $2)
       ORDER BY received_at LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING bucket, object_key AS "objectKey", version_id AS "versionId"`,
    [scan === "none", afterSeconds, limit],
  );
  return rows;
}

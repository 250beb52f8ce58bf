import type { Queryable } from "../ledger";
import { type Claim, LeaseLost, leaseSeconds } from "./lease";

/** What is noted right before a file is put into place, for the next attempt in case this one does not live to say more. */
export interface RenameNote {
  /** Where the file will be: a remote path or an object key. */
  to: string;
  /** Of a push: the server, as `host:port`. */
  server?: string;
  /** The remote path of its temporary file, where it has one. */
  from?: string;
  /** When that one was last changed, by the server's clock; null where the server does not say. */
  modifiedAt?: Date | null;
  /** Hex, of what was read. */
  sha256: string;
}

/**
 * Notes that the file is about to be put into place, or, with null, that it is not and the attempt starts anew.
 * The lease begins anew with it, whatever became of the heartbeats: putting a file into place may take minutes.
 *
 * @throws {LeaseLost} The file must then be left alone.
 */
export async function markRenaming(
  ledger: Queryable,
  { delivery, stage, owner }: Claim,
  note: RenameNote | null,
): Promise<void> {
  const { rowCount } = await ledger.query(
    `UPDATE delivery SET
       renaming_to = $4, renaming_server = $5, renaming_from = $6, renaming_modified_at = $7,
       sha256 = coalesce(sha256, $8), lease_until = now() + make_interval(secs => $9)
     WHERE id = $1 AND state = $2 AND lease_owner = $3`,
    [
      ...[delivery, stage.claimed, owner, note?.to ?? null, note?.server ?? null, note?.from ?? null],
      ...[note?.modifiedAt ?? null, note?.sha256 ?? null, leaseSeconds],
    ],
  );
  if (rowCount !== 1) throw new LeaseLost(delivery);
}

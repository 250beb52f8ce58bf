import type { Queryable } from "../ledger";
import { leaseSeconds } from "./lease";

/** A job at work keeps everything that it has claimed. */
export async function renewLeases(ledger: Queryable, owner: string): Promise<void> {
  await ledger.query(
    `UPDATE delivery SET lease_until = now() + make_interval(secs => $2)
     WHERE lease_owner = $1 AND state IN ('transforming', 'sending')`,
    [owner, leaseSeconds],
  );
}

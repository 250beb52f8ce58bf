import { claimable } from "./deliveries/claimable";
import type { Queryable } from "./ledger";

/**
 * A drain is a queue that somebody must work on: one destination, or one subscriber's transforms. Its row is there
 * from the moment work is made ready until the job that drained it leaves, and the row's lock is what makes
 * "nothing more to do" and "here is more" exclude each other.
 */

/** How long a job may be silent before the sweep sends another, in seconds. A queued Fargate job takes about a minute. */
export const drainLeaseSeconds = 600;

/** Says that the queue has work. True: nobody is on it, so the caller must submit a job once its transaction is through. */
export async function requestDrain(transaction: Queryable, queue: string): Promise<boolean> {
  // The update does nothing but lock the row, so that a job about to leave waits for our work to be visible.
  const { rows } = await transaction.query<{ is_new: boolean }>(
    `INSERT INTO drain (queue, lease_until) VALUES ($1, now() + make_interval(secs => $2))
     ON CONFLICT (queue) DO UPDATE SET queue = excluded.queue
     RETURNING (xmax = 0) AS is_new`,
    [queue, drainLeaseSeconds],
  );
  return rows[0]?.is_new ?? false;
}

/** Notes which job was submitted for the queue, and gives it time to start. */
export async function recordDrainJob(ledger: Queryable, queue: string, jobId: string): Promise<void> {
  await ledger.query(`UPDATE drain SET job_id = $2, lease_until = now() + make_interval(secs => $3) WHERE queue = $1`, [
    queue,
    jobId,
    drainLeaseSeconds,
  ]);
}

/** Nobody could be sent: the next sweep may try at once instead of waiting for the lease to end. */
export async function releaseDrain(ledger: Queryable, queue: string): Promise<void> {
  await ledger.query("UPDATE drain SET lease_until = now() WHERE queue = $1 AND job_id IS NULL", [queue]);
}

/** A job at work says that it still is. */
export async function renewDrain(ledger: Queryable, queue: string): Promise<void> {
  await ledger.query(`UPDATE drain SET lease_until = now() + make_interval(secs => $2) WHERE queue = $1`, [
    queue,
    drainLeaseSeconds,
  ]);
}

/**
 * Leaves the queue if nothing is left to do: true, the row is gone and the job may end. False: something became
 * ready meanwhile (or waits for a retry that is due within `patienceSeconds`), so the job goes on.
 */
export async function leaveDrain(transaction: Queryable, queue: string, patienceSeconds: number): Promise<boolean> {
  // Two statements on purpose: the second sees what was committed while the first waited for the lock.
  await transaction.query("SELECT FROM drain WHERE queue = $1 FOR UPDATE", [queue]);
  const { rowCount } = await transaction.query(
    `DELETE FROM drain WHERE queue = $1 AND NOT EXISTS (
       SELECT FROM delivery
       WHERE delivery.queue = $1 AND ${claimable} AND (
         (state IN ('waiting', 'ready') AND next_attempt_at <= now() + make_interval(secs => $2))
         OR (state IN ('transforming', 'sending') AND lease_until <= now())))`,
    [queue, patienceSeconds],
  );
  if (rowCount === 1) return true;
  const { rows } = await transaction.query("SELECT FROM drain WHERE queue = $1", [queue]);
  return rows.length === 0;
}

/** A queue of which nobody has said for a while that he works on it. */
export interface OrphanedDrain {
  queue: string;
  /** The Batch job that was submitted for it; null where none was, or none is known. */
  jobId: string | null;
}

/**
 * Queues that may need a job: theirs fell silent or waits to be started, or a delivery is due and no drain was requested
 * (a retry whose job has left). Each gets a fresh lease, so that two sweeps at once do not both submit. In order of
 * their names, those after the name `after` only, and `limit` at most: what a sweep has taken and does not get round to
 * waits for its lease.
 */
export async function takeOrphanedDrains(
  transaction: Queryable,
  { after = "", limit = 1000 }: { after?: string; limit?: number } = {},
): Promise<OrphanedDrain[]> {
  const { rows } = await transaction.query<OrphanedDrain>(
    `WITH taken AS (
       INSERT INTO drain (queue, lease_until)
       SELECT queue, now() + make_interval(secs => $1) FROM (
         SELECT queue FROM drain WHERE lease_until <= now()
         UNION
         SELECT delivery.queue FROM delivery
         WHERE ((state IN ('waiting', 'ready') AND next_attempt_at <= now())
             OR (state IN ('transforming', 'sending') AND lease_until <= now()))
           AND ${claimable}
           AND NOT EXISTS (SELECT FROM drain WHERE drain.queue = delivery.queue)
       ) orphaned
       WHERE queue > $2
       ORDER BY queue LIMIT $3
       ON CONFLICT (queue) DO UPDATE SET lease_until = excluded.lease_until WHERE drain.lease_until <= now()
       RETURNING queue, job_id
     )
     SELECT queue, job_id AS "jobId" FROM taken ORDER BY queue`,
    [drainLeaseSeconds, after, limit],
  );
  return rows;
}

/** The jobs of these queues are gone: the queues need new ones. */
export async function forgetDrainJobs(ledger: Queryable, orphaned: readonly OrphanedDrain[]): Promise<void> {
  await ledger.query(
    `UPDATE drain SET job_id = NULL FROM unnest($1::text[], $2::text[]) AS gone (queue, job_id)
     WHERE drain.queue = gone.queue AND drain.job_id = gone.job_id`,
    [orphaned.map(({ queue }) => queue), orphaned.map(({ jobId }) => jobId)],
  );
}

import type { Queryable } from "../ledger";

/**
 * Gives a partner that the database knows under one of its former ids its present one, with everything that refers to
 * it: login, folders, destinations, subscriptions, history, and the queues of what is not delivered yet. Others'
 * subscriptions to it name its original id, so they stay as they are. Returns the former id; null where nothing was to
 * be renamed. Run it in a transaction, before anything else is applied.
 *
 * A job that works on a queue of the former name finishes what it has claimed and leaves; the next sweep sends one for
 * the queue of the new name.
 *
 * Throws where the database knows the partner under both ids: two histories cannot become one.
 */
export async function renamePartner(
  transaction: Queryable,
  partner: string,
  formerIds: readonly string[],
): Promise<string | null> {
  const former = formerIds.filter((id) => id !== partner);
  if (former.length === 0) return null;
  const { rows } = await transaction.query<{ id: string }>(
    "SELECT id FROM partner WHERE id = $1 OR id = ANY ($2) ORDER BY id FOR UPDATE",
    [partner, former],
  );
  const known = rows.map(({ id }) => id).filter((id) => id !== partner);
  const from = known[0];
  if (from === undefined) return null;
  if (known.length < rows.length || known.length > 1) {
    throw new Error(
      `${rows.map(({ id }) => id).join(" and ")} are partners with a history of their own, so ${from} cannot become ${partner}; give ${from} another new id, or remove \`previously\` and let ${partner} start anew`,
    );
  }
  await lockWhatMoves(transaction, from);
  await transaction.query("UPDATE partner SET id = $2 WHERE id = $1", [from, partner]);
  await transaction.query("UPDATE destination SET id = $1 || '/' || name WHERE partner = $1", [partner]);
  await transaction.query("UPDATE subscription SET id = $1 || '/' || name WHERE partner = $1", [partner]);
  await renameQueues(transaction, from, partner);
  return from;
}

/** In the orders in which routing and jobs lock them, so that none waits for us while we wait for it. */
async function lockWhatMoves(transaction: Queryable, partner: string): Promise<void> {
  await transaction.query("SELECT FROM subscription WHERE partner = $1 ORDER BY id FOR UPDATE", [partner]);
  // A second statement: it sees the deliveries of those it had to wait for.
  await transaction.query(
    `SELECT FROM delivery WHERE subscription IN (SELECT id FROM subscription WHERE partner = $1)
       AND state IN ('waiting', 'transforming', 'ready', 'sending')
     ORDER BY id FOR UPDATE`,
    [partner],
  );
}

/** `push:acme/main` becomes `push:umbra/main`. What is delivered or cancelled needs no queue any more. */
async function renameQueues(transaction: Queryable, from: string, to: string): Promise<void> {
  const renamed = (column: string) =>
    `regexp_replace(${column}, '^([a-z]+):' || $1::text || '(?=/|$)', '\\1:' || $2::text)`;
  await transaction.query(
    `UPDATE delivery SET queue = ${renamed("queue")}, send_queue = ${renamed("send_queue")}
     WHERE subscription IN (SELECT id FROM subscription WHERE partner = $2) AND state NOT IN ('delivered', 'cancelled')`,
    [from, to],
  );
  // Nobody is on the queues of the new name yet, so the next sweep may send a job for each at once.
  await transaction.query(
    `WITH former AS (
       DELETE FROM drain WHERE queue IN ('transform:' || $1::text, 'place:' || $1) OR starts_with(queue, 'push:' || $1 || '/')
       RETURNING queue
     )
     INSERT INTO drain (queue, lease_until) SELECT ${renamed("queue")}, now() FROM former ON CONFLICT DO NOTHING`,
    [from, to],
  );
}

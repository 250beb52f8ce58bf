import { Pool, type PoolClient, type PoolConfig, type QueryResultRow, types } from "pg";

/** What a query needs: one statement with its parameters. Both a {@link Ledger} and a transaction are one. */
export interface Queryable {
  query<Row extends QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }>;
}

/** The database that holds entitlements and every transfer and delivery. */
export interface Ledger extends Queryable {
  /** Runs `work` in one transaction: all of it happens, or none. */
  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export interface LedgerAddress {
  host: string;
  port: number;
  database: string;
  user: string;
  /** Asked for each new connection, because an IAM token lives for 15 minutes only. */
  password: () => Promise<string>;
  /** PEM of an authority to trust besides Node's own; the server's certificate is always verified. */
  certificateAuthority?: string;
  /** Most connections at once; 2 unless told. */
  poolSize?: number;
  /**
   * Milliseconds after which a query without an answer fails; a minute unless told. Null: it may take what it takes, as
   * long as the connection lives.
   */
  answerMilliseconds?: number | null;
}

// Sizes are bigint columns. No file comes near 2^53 bytes, so they are plain numbers here.
types.setTypeParser(types.builtins.INT8, Number);

export function openLedger(address: LedgerAddress): Ledger {
  const pool = new Pool({
    host: address.host,
    port: address.port,
    database: address.database,
    user: address.user,
    password: address.password,
    ssl: { rejectUnauthorized: true, ...(address.certificateAuthority && { ca: address.certificateAuthority }) },
    max: address.poolSize ?? 2,
    // Aurora can pause only when nobody is connected.
    idleTimeoutMillis: 10_000,
    connectionTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    // A host that vanished says nothing: no query would ever fail.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...timeouts(address.answerMilliseconds === undefined ? 60_000 : address.answerMilliseconds),
  });
  // An idle connection that breaks is replaced by the next query; without a listener it would end the process.
  pool.on("error", () => {});
  return {
    query: (text, values) => pool.query(text, values),
    transaction: (work) => transact(pool, work),
    close: () => pool.end(),
  };
}

/** The server gives up first, so that no statement that was reported as failed is still at work. */
function timeouts(answerMilliseconds: number | null): Pick<PoolConfig, "query_timeout" | "statement_timeout"> {
  if (answerMilliseconds === null) return {};
  return { query_timeout: answerMilliseconds, statement_timeout: Math.ceil(answerMilliseconds * 0.8) };
}

async function transact<Result>(pool: Pool, work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
  const client: PoolClient = await pool.connect();
  let broken: Error | undefined;
  // A connection may break while the work waits for something else than the database. The next query says so; without
  // a listener it would end the process.
  const ignore = () => {};
  client.on("error", ignore);
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    // The first error is the one to report; a connection that cannot even roll back is thrown away.
    if (error instanceof Error && isOfConnection(error)) broken = error;
    else {
      await client.query("ROLLBACK").catch((failure: Error) => {
        broken = failure;
      });
    }
    throw error;
  } finally {
    client.off("error", ignore);
    client.release(broken);
  }
}

/**
 * Whether the error means that the connection will serve nobody any more: the server shuts down, or it is no longer the
 * one that may write (after a failover, names lead to the former one for a while), or it does not answer.
 */
function isOfConnection(error: Error & { code?: unknown }): boolean {
  if (error.message === "Query read timeout") return true;
  return typeof error.code === "string" && /^(25006|57P..|08...)$/.test(error.code);
}

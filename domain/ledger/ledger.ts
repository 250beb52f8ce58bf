import { Pool, type PoolClient, type QueryResultRow, types } from "pg";

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
  });
  // An idle connection that breaks is replaced by the next query; without a listener it would end the process.
  pool.on("error", () => {});
  return {
    query: (text, values) => pool.query(text, values),
    transaction: (work) => transact(pool, work),
    close: () => pool.end(),
  };
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
    await client.query("ROLLBACK").catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.off("error", ignore);
    client.release(broken);
  }
}

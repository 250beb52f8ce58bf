import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ledger } from "./ledger";

/**
 * Applies the migrations of `folder` (`NNN-name.sql`, in order) that the database has not seen, each in a
 * transaction of its own, and returns their names. Two callers at once wait for each other. The code of the release before
 * keeps running for a while after, so a migration must leave it working.
 */
export async function migrate(ledger: Ledger, folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  const applied: string[] = [];
  for (const name of files) {
    const sql = await readFile(join(folder, name), "utf8");
    const isNew = await ledger.transaction(async (transaction) => {
      // An arbitrary constant that only this function locks.
      await transaction.query("SELECT pg_advisory_xact_lock(7251960114)");
      await transaction.query(
        "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())",
      );
      const { rowCount } = await transaction.query("INSERT INTO migration (name) VALUES ($1) ON CONFLICT DO NOTHING", [
        name,
      ]);
      if (rowCount === 1) await transaction.query(sql);
      return rowCount === 1;
    });
    if (isNew) applied.push(name);
  }
  return applied;
}

import type { Queryable } from "../ledger";

/**
 * Lets one transaction at a time decide about the uploads to a key. Without it, an S3 event and a Transfer Family
 * event handled at the same moment would each not see the other's row, and the upload would wait for ever.
 */
export async function lockKey(transaction: Queryable, bucket: string, objectKey: string): Promise<void> {
  await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`${bucket}/${objectKey}`]);
}

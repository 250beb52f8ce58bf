import { AwsError } from "../../aws-endpoint/aws-error";
import type { Caller } from "../caller";
import { bucketOf, type Core } from "../core";
import { type DeleteObjectOutput, deleteObject } from "./delete-object";

export interface KeyToDelete {
  key: string;
  versionId?: string;
}

export type DeleteResult = KeyToDelete & ({ deleted: DeleteObjectOutput } | { error: AwsError });

/** Deletes up to 1,000 objects one by one, each by its own permission; what fails is told, the rest goes on. */
export async function deleteObjects(
  core: Core,
  caller: Caller,
  { bucket, objects }: { bucket: string; objects: readonly KeyToDelete[] },
): Promise<DeleteResult[]> {
  bucketOf(core, bucket);
  const results: DeleteResult[] = [];
  for (const object of objects) {
    try {
      results.push({ ...object, deleted: await deleteObject(core, caller, { bucket, ...object }) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      results.push({ ...object, error });
    }
  }
  return results;
}

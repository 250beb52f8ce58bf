import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { DeliveryFailure } from "../../domain/delivery-failure";
import type { ClaimedDelivery } from "../../domain/ledger/deliveries/claim-deliveries";
import type { TransformResult } from "../../domain/ledger/deliveries/mark-ready";
import { objectKey } from "../../domain/paths";
import { checkedName } from "../checked-name";
import { measured } from "../measured";
import type { ReadObject } from "../read-object";
import type { Converters } from "./converters";
import type { UploadResult } from "./upload-result";

export interface TransformTools {
  readObject: ReadObject;
  uploadResult: UploadResult;
  convert: Converters["convert"];
  /** Where private folders are made. */
  temporaryFolder: string;
  /** What one conversion may use, in bytes. */
  memoryBytes: number;
  /** Breaks off. */
  signal: AbortSignal;
}

/**
 * Transforms the file of one delivery and writes the result to `.transformed/<delivery>/<claim>/<final name>`: a job
 * that has lost its claim without noticing then puts no newer version over the result that counts, which the bucket would
 * delete as an old version. On this machine the file lies in a folder that only this user can read, and is gone at the
 * end, whatever happens.
 *
 * @throws {DeliveryFailure}
 */
export async function transformDelivery(claimed: ClaimedDelivery, tools: TransformTools): Promise<TransformResult> {
  const { uploadResult, convert, temporaryFolder, memoryBytes, signal } = tools;
  const finalName = checkedName(claimed.finalName);
  // mkdtemp makes folders of mode 0700.
  const workFolder = await mkdtemp(join(temporaryFolder, "quayside-transform-"));
  try {
    const inputPath = join(workFolder, "input");
    const outputPath = join(workFolder, "output");
    const originalSha256 = await download(claimed, inputPath, tools);
    await convert({ inputPath, outputPath, steps: claimed.transform, workFolder, memoryBytes }, signal);
    const key = objectKey(`.transformed/${claimed.id}/${claimed.claims}/${finalName}`);
    return { ...(await uploadResult(key, outputPath)), originalSha256 };
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** Resolves to the hex SHA-256. */
async function download(
  claimed: ClaimedDelivery,
  path: string,
  { readObject, signal }: TransformTools,
): Promise<string> {
  const { chunks, measure } = measured(readObject(claimed));
  const what = `${claimed.objectKey} (version ${claimed.versionId})`;
  try {
    await pipeline(chunks, createWriteStream(path, { mode: 0o600 }), { signal });
  } catch (error) {
    if (error instanceof DeliveryFailure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DeliveryFailure(`storing ${what} for its transform: ${reason}`, { canPass: true });
  }
  if (measure.size !== claimed.size) {
    throw new DeliveryFailure(`read ${measure.size} bytes of ${what}, which has ${claimed.size}`, { canPass: true });
  }
  return measure.sha256();
}

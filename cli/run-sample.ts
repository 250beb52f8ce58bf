import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeliveryFailure } from "../domain/delivery-failure";
import type { TransformStep } from "../domain/entitlements";
import { runTransform } from "../jobs/transform/run-transform";

/** Samples are small; SQL that takes longer has a join that nobody meant. */
const mostSeconds = 30;

/**
 * What the steps make of a sample, by the very code of the transform job. In this process, though: of a process of its
 * own, which the job has for hostile files, starting would take longer than all samples of a partner.
 *
 * @throws {DeliveryFailure} They make nothing of it.
 */
export async function runSample(content: Uint8Array, steps: readonly TransformStep[]): Promise<Uint8Array> {
  const workFolder = await mkdtemp(join(tmpdir(), "quayside-sample-"));
  const [inputPath, outputPath] = [join(workFolder, "input"), join(workFolder, "output")];
  const signal = AbortSignal.timeout(mostSeconds * 1000);
  try {
    await writeFile(inputPath, content);
    await runTransform({ inputPath, outputPath, steps, workFolder, signal });
    return await readFile(outputPath);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new DeliveryFailure(`it takes longer than ${mostSeconds} s`, { canPass: false });
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

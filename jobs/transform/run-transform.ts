import { copyFile, rename, rm } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { DeliveryFailure } from "../../domain/delivery-failure";
import type { TransformStep } from "../../domain/entitlements";
import { convert } from "./convert";

export interface TransformRun {
  /** The file as it came. Nothing changes it. */
  inputPath: string;
  /** Where the result goes. */
  outputPath: string;
  /** Applied in order, each to the result of the one before. */
  steps: readonly TransformStep[];
  /** A private folder for what lies between; the caller removes it. */
  workFolder: string;
  /** What DuckDB may use, in bytes; half of this machine's unless told. */
  memoryBytes?: number;
  signal?: AbortSignal;
}

/**
 * Transforms one file. The same input and steps give the same bytes, here as in a test of a partner's sample.
 *
 * @throws {DeliveryFailure} One that can't pass for input or SQL that do not fit; it names the row or line and the reason.
 */
export async function runTransform({
  inputPath,
  outputPath,
  steps,
  workFolder,
  memoryBytes = totalmem() / 2,
  signal,
}: TransformRun): Promise<void> {
  for (const { kind } of steps as readonly { kind: string }[]) {
    if (kind !== "convert") throw new DeliveryFailure(`unknown transform step "${kind}"`, { canPass: false });
  }
  let current = inputPath;
  for (const [index, step] of steps.entries()) {
    const next = join(workFolder, `step-${index + 1}.${step.to}`);
    const spillFolder = join(workFolder, `spill-${index + 1}`);
    await convert({ inputPath: current, outputPath: next, step, spillFolder, memoryBytes, signal });
    if (current !== inputPath) await rm(current);
    current = next;
  }
  if (current === inputPath) await copyFile(inputPath, outputPath);
  else await rename(current, outputPath);
}

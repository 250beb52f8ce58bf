import { totalmem } from "node:os";

/** The rest is for the job's process and its converters', and what DuckDB takes beyond what it counts. */
const share = 0.6;

/**
 * What the conversions of this container may use together, in bytes. On Fargate the machine has more memory than the
 * task may use, so the task's own limit is asked for (task metadata, version 4, `Limits.Memory` in MiB).
 */
export async function memoryLimit(metadataUri: string | undefined): Promise<number> {
  if (metadataUri === undefined) return totalmem() * share;
  const response = await fetch(`${metadataUri}/task`);
  const { Limits } = (await response.json()) as { Limits?: { Memory?: number } };
  return (Limits?.Memory === undefined ? totalmem() : Limits.Memory * 1024 ** 2) * share;
}

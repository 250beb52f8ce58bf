import { type BatchClient, SubmitJobCommand } from "@aws-sdk/client-batch";

export interface DrainJobDefinitions {
  /** ARN of the Batch job queue. */
  jobQueue: string;
  /** ARN of the job definition that drains `push:…` and `place:…` queues. */
  sendJobDefinition: string;
  /** ARN of the one that drains `transform:…` queues; absent where the caller never starts one. */
  transformJobDefinition?: string;
}

/** Submits a job that drains one queue of the ledger, and returns its Batch job id. */
export type SubmitDrainJob = (queue: string) => Promise<string>;

export function submitDrainJob(batch: Pick<BatchClient, "send">, definitions: DrainJobDefinitions): SubmitDrainJob {
  return async (queue) => {
    const { jobId } = await batch.send(
      new SubmitJobCommand({
        jobName: drainJobName(queue),
        jobQueue: definitions.jobQueue,
        jobDefinition: jobDefinitionFor(queue, definitions),
        containerOverrides: { environment: [{ name: "QUEUE", value: queue }] },
      }),
    );
    if (jobId === undefined) throw new Error(`Batch accepted a job for ${queue} but named no job id`);
    return jobId;
  };
}

function jobDefinitionFor(queue: string, definitions: DrainJobDefinitions): string {
  if (queue.startsWith("push:") || queue.startsWith("place:")) return definitions.sendJobDefinition;
  if (!queue.startsWith("transform:")) {
    throw new Error(`queue "${queue}" is none of transform:<partner>, push:<partner>/<destination>, place:<partner>`);
  }
  if (definitions.transformJobDefinition === undefined) {
    throw new Error(`no transform job definition was given, so ${queue} cannot be drained from here`);
  }
  return definitions.transformJobDefinition;
}

/** `send-push-acme-inbox`, `transform-acme`: what Batch allows, 128 characters at most. */
export function drainJobName(queue: string): string {
  const name = queue.replace(/[^A-Za-z0-9_-]/g, "-");
  return (queue.startsWith("transform:") ? name : `send-${name}`).slice(0, 128);
}

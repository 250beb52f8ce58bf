import { type BatchClient, DescribeJobsCommand } from "@aws-sdk/client-batch";

/** Of these jobs, those that Batch has taken and not started yet. At most 100, which is Batch's own limit. */
export type WaitingJobs = (jobIds: readonly string[]) => Promise<ReadonlySet<string>>;

export function waitingJobs(batch: Pick<BatchClient, "send">): WaitingJobs {
  return async (jobIds) => {
    if (jobIds.length === 0) return new Set();
    const { jobs = [] } = await batch.send(new DescribeJobsCommand({ jobs: [...jobIds] }));
    return new Set(jobs.flatMap(({ jobId, status }) => (jobId && notStarted.has(status ?? "") ? [jobId] : [])));
  };
}

/** A job that failed and is to be tried again is RUNNABLE, too. */
const notStarted: ReadonlySet<string> = new Set(["SUBMITTED", "PENDING", "RUNNABLE", "STARTING"]);

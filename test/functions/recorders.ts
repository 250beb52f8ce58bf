import type { SubmitDrainJob } from "../../adapters/drain-jobs";
import type { log } from "../../adapters/log";
import type { PublishNotification } from "../../adapters/notifications";
import type { WaitingJobs } from "../../adapters/waiting-jobs";
import type { Replication } from "../../domain/events/replication";
import type { Notification } from "../../domain/notification";

export interface LogLine {
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

/** Stands for what a function does outside the database, and remembers it. */
export function recorders() {
  const lines: LogLine[] = [];
  const jobs: string[] = [];
  const notifications: Notification[] = [];
  const replications: Replication[] = [];
  /** Queues for which Batch is out of order. */
  const brokenQueues = new Set<string>();
  /** Jobs that Batch has not started; `job-1` is the first. */
  const notStarted = new Set<string>();
  const waitingJobs: WaitingJobs = async (jobIds) => new Set(jobIds.filter((id) => notStarted.has(id)));
  const submitDrainJob: SubmitDrainJob = async (queue) => {
    if (brokenQueues.has(queue)) throw new Error("Batch is out of order");
    return `job-${jobs.push(queue)}`;
  };
  const publish: PublishNotification = async (notification) => void notifications.push(notification);
  const replicate = async (replication: Replication) => void replications.push(replication);
  const write: typeof log = (level, message, fields = {}) => void lines.push({ level, message, fields });
  const recorded = { lines, jobs, notifications, replications, brokenQueues, notStarted };
  return { ...recorded, submitDrainJob, waitingJobs, publish, replicate, log: write };
}

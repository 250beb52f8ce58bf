import { randomUUID } from "node:crypto";
import type { AwsAccount } from "../aws-endpoint/account";
import { AwsError } from "../aws-endpoint/aws-error";
import type { CredentialRegistry } from "../aws-endpoint/credentials";
import { type Clock, systemClock } from "../clock";
import type { EcrService } from "../ecr/ecr-service";
import { FunctionLog, type LogLine } from "../lambda/function-log";
import { isRetried } from "./is-retried";
import { type Job, type JobStatus, jobDetail } from "./job";
import type { RetryStrategy } from "./job-definition";
import { jobEnvironment } from "./job-environment";
import { type ContainerExit, type JobProcess, startJobProcess } from "./job-process";
import { JobRegistry } from "./job-registry";

/** An event as a service puts it on the account's default bus. */
export interface BatchEvent {
  source: "aws.batch";
  detailType: "Batch Job State Change";
  resources: string[];
  detail: Record<string, unknown>;
}

export interface BatchOptions {
  account: AwsAccount;
  endpointUrl: string;
  credentials: Pick<CredentialRegistry, "issue" | "revoke">;
  images: Pick<EcrService, "find">;
  /** PEM file that jobs get where their image names authorities. */
  certificateAuthorityFile: string;
  /** What jobs see as their home and the system's temporary folder; `/tmp` unless told. */
  temporaryFolder?: string;
  putEvent: (event: BatchEvent) => void | Promise<void>;
  /** Most jobs at once in one compute environment; 4 unless told. */
  concurrency?: number;
  /** Milliseconds from SIGTERM to SIGKILL; Fargate leaves 30 seconds. */
  stopGrace?: number;
  onLog?: (line: LogLine) => void;
  clock?: Clock;
}

export interface Submission {
  name: string;
  queue: string;
  definition: string;
  command?: string[] | undefined;
  environment: Record<string, string>;
  retryStrategy?: RetryStrategy | undefined;
  attemptDurationSeconds?: number | undefined;
  tags: Record<string, string>;
}

const exited = "Essential container in task exited";
const timedOut = "Job attempt duration exceeded timeout";
/** Finished jobs that are remembered; Batch itself remembers them for a week. */
const remembered = 1000;

/** The jobs of the account: takes them, runs them as processes, and retries them. */
export class BatchService {
  readonly account: AwsAccount;
  readonly registry: JobRegistry;
  readonly #options: BatchOptions;
  readonly #clock: Clock;
  readonly #jobs = new Map<string, Job>();
  readonly #running = new Map<Job, JobProcess>();
  readonly #attempts = new Set<Promise<void>>();
  /** Jobs under way by the ARN of their compute environment. */
  readonly #load = new Map<string, number>();
  #stopped = false;

  constructor(options: BatchOptions) {
    this.account = options.account;
    this.registry = new JobRegistry(options.account);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** @throws AwsError ClientException for a queue or definition that does not take jobs */
  submit(submission: Submission): Job {
    const queue = this.registry.findQueue(submission.queue);
    const definition = this.registry.findDefinition(submission.definition);
    if (!queue.enabled) throw new AwsError("ClientException", `Job queue ${queue.arn} is not in an ENABLED state`);
    const id = randomUUID();
    const job: Job = {
      id,
      arn: this.#arn(`job/${id}`),
      name: submission.name,
      queueArn: queue.arn,
      definition,
      command: submission.command ?? definition.command,
      environment: { ...definition.environment, ...submission.environment },
      retryStrategy: submission.retryStrategy ?? definition.retryStrategy,
      attemptDurationSeconds: submission.attemptDurationSeconds ?? definition.attemptDurationSeconds,
      tags: submission.tags,
      status: "SUBMITTED",
      createdAt: this.#now(),
      attempts: [],
      isCancelled: false,
      isTerminated: false,
      log: new FunctionLog(id, this.#options.onLog ?? (() => {})),
    };
    this.#jobs.set(id, job);
    queueMicrotask(() => {
      if (job.status !== "SUBMITTED") return;
      this.#move(job, "RUNNABLE");
      this.#schedule();
    });
    return job;
  }

  find(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  /** The jobs of a queue, the latest first. */
  list(queue: string): Job[] {
    const { arn } = this.registry.findQueue(queue);
    return [...this.#jobs.values()].filter(({ queueArn }) => queueArn === arn).reverse();
  }

  /** Ends a job that does not run yet; others go on. */
  cancel(id: string, reason: string): void {
    const job = this.#jobs.get(id);
    if (!job || !["SUBMITTED", "PENDING", "RUNNABLE"].includes(job.status)) return;
    job.isCancelled = true;
    this.#finish(job, "FAILED", reason);
  }

  /** Ends a job whatever it does. */
  terminate(id: string, reason: string): void {
    const job = this.#jobs.get(id);
    if (!job || isFinished(job)) return;
    job.isTerminated = true;
    job.statusReason = reason;
    const process = this.#running.get(job);
    if (process) void process.stop(this.#options.stopGrace ?? 30_000);
    else if (job.status !== "STARTING") this.#finish(job, "FAILED", reason);
  }

  /** Ends every process: SIGTERM, and SIGKILL after at most five seconds. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const grace = Math.min(this.#options.stopGrace ?? 30_000, 5_000);
    await Promise.all([...this.#running.values()].map((process) => process.stop(grace)));
    await Promise.all(this.#attempts);
  }

  #schedule(): void {
    if (this.#stopped) return;
    const waiting = [...this.#jobs.values()].filter(({ status }) => status === "RUNNABLE");
    const priority = (job: Job) => this.registry.queue(job.queueArn)?.priority ?? 0;
    for (const job of waiting.sort((a, b) => priority(b) - priority(a))) {
      const environments = this.registry.queue(job.queueArn)?.computeEnvironments ?? [];
      const free = environments.find((arn) => (this.#load.get(arn) ?? 0) < (this.#options.concurrency ?? 4));
      if (free === undefined) continue;
      const attempt = this.#attempt(job, free).finally(() => this.#attempts.delete(attempt));
      this.#attempts.add(attempt);
    }
  }

  async #attempt(job: Job, computeEnvironment: string): Promise<void> {
    this.#load.set(computeEnvironment, (this.#load.get(computeEnvironment) ?? 0) + 1);
    this.#move(job, "STARTING");
    const startedAt = this.#now();
    let hasTimedOut = false;
    const exit = await this.#run(job, startedAt, () => {
      hasTimedOut = true;
    });
    this.#load.set(computeEnvironment, (this.#load.get(computeEnvironment) ?? 1) - 1);
    const ending = hasTimedOut ? timedOut : exited;
    const statusReason = job.isTerminated
      ? (job.statusReason ?? ending)
      : exit.exitCode === undefined
        ? "Task failed to start"
        : ending;
    const attempt = { ...exit, statusReason, startedAt, stoppedAt: this.#now() };
    job.attempts.push(attempt);
    if (exit.exitCode === 0 && !hasTimedOut && !job.isTerminated) this.#finish(job, "SUCCEEDED", statusReason);
    else if (hasTimedOut || job.isTerminated || this.#stopped) this.#finish(job, "FAILED", statusReason);
    else if (isRetried(job.retryStrategy, job.attempts.length, attempt)) this.#move(job, "RUNNABLE");
    else this.#finish(job, "FAILED", statusReason);
    this.#schedule();
  }

  async #run(job: Job, startedAt: number, onTimeout: () => void): Promise<ContainerExit> {
    const { endpointUrl, certificateAuthorityFile, credentials, images, stopGrace = 30_000 } = this.#options;
    const { temporaryFolder } = this.#options;
    const { jobRoleArn, image } = job.definition;
    const issued = jobRoleArn === undefined ? undefined : credentials.issue({ roleArn: jobRoleArn });
    try {
      const { workdir, environment, entrypoint, command } = images.find(image);
      const around = { region: this.account.region, endpointUrl, certificateAuthorityFile, temporaryFolder };
      const queueName = this.registry.queue(job.queueArn)?.name ?? "";
      const process = startJobProcess({
        command: [...entrypoint, ...(job.command.length > 0 ? job.command : command)],
        folder: workdir,
        environment: jobEnvironment(job, environment, { ...around, queueName, ...(issued && { credentials: issued }) }),
        log: job.log,
        clock: this.#clock,
      });
      this.#running.set(job, process);
      job.startedAt = startedAt;
      this.#move(job, "RUNNING");
      const cancel = this.#limit(job, () => {
        onTimeout();
        void process.stop(stopGrace);
      });
      if (job.isTerminated) void process.stop(stopGrace);
      const exit = await process.exited;
      cancel();
      return exit;
    } catch (error) {
      return { reason: `CannotPullContainerError: ${error instanceof Error ? error.message : error}` };
    } finally {
      this.#running.delete(job);
      if (issued) credentials.revoke(issued.accessKeyId);
    }
  }

  #limit(job: Job, onTimeout: () => void): () => void {
    if (job.attemptDurationSeconds === undefined) return () => {};
    return this.#clock.after(job.attemptDurationSeconds * 1000, onTimeout);
  }

  #finish(job: Job, status: "SUCCEEDED" | "FAILED", reason: string): void {
    job.statusReason = reason;
    job.stoppedAt = this.#now();
    this.#move(job, status);
    const finished = [...this.#jobs.values()].filter(isFinished);
    for (const old of finished.slice(0, Math.max(0, finished.length - remembered))) this.#jobs.delete(old.id);
  }

  #move(job: Job, status: JobStatus): void {
    job.status = status;
    const event: BatchEvent = {
      source: "aws.batch",
      detailType: "Batch Job State Change",
      resources: [job.arn],
      detail: JSON.parse(JSON.stringify(jobDetail(job))),
    };
    void (async () => this.#options.putEvent(event))().catch((error) =>
      this.#options.onLog?.({ at: this.#now(), source: "batch", stream: "stderr", text: String(error) }),
    );
  }

  #arn(resource: string): string {
    return `arn:aws:batch:${this.account.region}:${this.account.accountId}:${resource}`;
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

function isFinished({ status }: Job): boolean {
  return status === "SUCCEEDED" || status === "FAILED";
}

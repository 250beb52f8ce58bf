import type { AwsAccount } from "../aws-endpoint/account";
import { AwsError } from "../aws-endpoint/aws-error";
import type { JobDefinition } from "./job-definition";

export interface JobQueue {
  name: string;
  arn: string;
  /** The higher, the sooner. */
  priority: number;
  enabled: boolean;
  /** ARNs, the preferred first. */
  computeEnvironments: string[];
}

/** Batch's compute environments, queues and job definitions. */
export class JobRegistry {
  readonly #queues = new Map<string, JobQueue>();
  readonly #revisions = new Map<string, number>();
  readonly #definitions = new Map<string, JobDefinition>();

  constructor(private readonly account: AwsAccount) {}

  arn(resource: string): string {
    return `arn:aws:batch:${this.account.region}:${this.account.accountId}:${resource}`;
  }

  putQueue(queue: JobQueue): void {
    this.#queues.set(queue.arn, queue);
  }

  removeQueue(arn: string): void {
    this.#queues.delete(arn);
  }

  queue(arn: string): JobQueue | undefined {
    return this.#queues.get(arn);
  }

  /** @param reference name or ARN */
  findQueue(reference: string): JobQueue {
    const queue = this.#queues.get(this.queueArn(reference));
    if (!queue) throw new AwsError("ClientException", `JobQueue ${reference} not found`);
    return queue;
  }

  queueArn(reference: string): string {
    return reference.startsWith("arn:") ? reference : this.arn(`job-queue/${reference}`);
  }

  /** Registers the next revision of a definition. */
  register(name: string, read: (identity: Pick<JobDefinition, "name" | "revision" | "arn">) => JobDefinition) {
    const revision = (this.#revisions.get(name) ?? 0) + 1;
    const definition = read({ name, revision, arn: `${this.definitionArn(name)}:${revision}` });
    this.#revisions.set(name, revision);
    this.#definitions.set(definition.arn, definition);
    return definition;
  }

  /** Takes revisions out of use: all of the name, or all but the newest. */
  deregister(name: string, { keepNewest = false } = {}): void {
    for (const definition of this.#definitions.values()) {
      const isNewest = definition.revision === this.#revisions.get(name);
      if (definition.name === name && !(keepNewest && isNewest)) this.#definitions.delete(definition.arn);
    }
  }

  /** @param reference name or ARN, with or without a revision; without, it is the newest that is active */
  findDefinition(reference: string): JobDefinition {
    const arn = this.definitionArn(reference);
    const exact = this.#definitions.get(arn);
    if (exact) return exact;
    const revisions = [...this.#definitions.values()].filter((each) => each.arn === `${arn}:${each.revision}`);
    const newest = revisions.sort((a, b) => b.revision - a.revision)[0];
    if (!newest) throw new AwsError("ClientException", `JobDefinition ${reference} not found or not ACTIVE`);
    return newest;
  }

  definitionArn(reference: string): string {
    return reference.startsWith("arn:") ? reference : this.arn(`job-definition/${reference}`);
  }
}

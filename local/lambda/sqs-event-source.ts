import type { Clock } from "../clock";
import type { ReceivedMessage } from "../sqs/message";
import type { LambdaService } from "./lambda-service";
import { failedMessages, sqsEvent } from "./sqs-event";

/** What an event source mapping needs of a queue. */
export interface EventSourceQueue {
  /** At most `maxMessages`, which turn invisible for the queue's visibility timeout. */
  receive(options: { maxMessages: number; waitSeconds: number }): Promise<ReceivedMessage[]>;
  delete(receiptHandle: string): void;
  /** Calls the listener whenever a message has become visible; the returned function ends that. */
  onMessage(listener: () => void): () => void;
}

export interface SqsEventSourceOptions {
  functionName: string;
  queueArn: string;
  batchSize: number;
  /** Seconds that a batch which is not full waits for more. */
  batchingWindowSeconds: number;
  reportBatchItemFailures: boolean;
  /** Most batches at once. */
  maximumConcurrency: number;
}

/** Polls a queue and invokes a function with batches of its messages. */
export class SqsEventSource {
  readonly #polling: Promise<void>;
  readonly #underWay = new Set<Promise<void>>();
  readonly #unsubscribe: () => void;
  #wake: () => void = () => {};
  /** A message may arrive between a receive that found none and the wait for the next. */
  #arrived = false;
  #stopped = false;

  constructor(
    private readonly options: SqsEventSourceOptions,
    private readonly lambda: Pick<LambdaService, "invokeInTurn" | "account" | "report">,
    private readonly queue: EventSourceQueue,
    private readonly clock: Clock,
  ) {
    this.#unsubscribe = queue.onMessage(() => this.#notify());
    this.#polling = this.#poll();
  }

  /** Takes no more messages, and waits for the batches under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    this.#notify();
    await this.#polling;
    await Promise.all(this.#underWay);
  }

  async #poll(): Promise<void> {
    while (!this.#stopped) {
      if (this.#underWay.size >= this.options.maximumConcurrency) {
        await Promise.race(this.#underWay);
        continue;
      }
      const batch = await this.#gather().catch((error) => {
        this.lambda.report(error);
        return [];
      });
      if (batch.length > 0) this.#start(batch);
      else await this.#nextMessage();
    }
  }

  async #gather(): Promise<ReceivedMessage[]> {
    const { batchSize, batchingWindowSeconds } = this.options;
    const batch = await this.#receive(batchSize);
    if (batch.length === 0) return batch;
    const closesAt = this.clock.now().getTime() + batchingWindowSeconds * 1000;
    while (batch.length < batchSize && !this.#stopped) {
      const left = closesAt - this.clock.now().getTime();
      if (left <= 0) break;
      const more = await this.#receive(batchSize - batch.length);
      batch.push(...more);
      if (more.length === 0) await this.#nextMessage(left);
    }
    return batch;
  }

  #receive(maximum: number): Promise<ReceivedMessage[]> {
    this.#arrived = false;
    return this.queue.receive({ maxMessages: Math.min(maximum, 10), waitSeconds: 0 });
  }

  #start(batch: ReceivedMessage[]): void {
    const run = this.#process(batch)
      .catch((error) => {
        if (!this.#stopped) this.lambda.report(error);
      })
      .finally(() => this.#underWay.delete(run));
    this.#underWay.add(run);
  }

  async #process(batch: ReceivedMessage[]): Promise<void> {
    const { functionName, queueArn, reportBatchItemFailures } = this.options;
    const result = await this.lambda.invokeInTurn(functionName, sqsEvent(batch, queueArn, this.lambda.account.region));
    // What failed is not touched: it becomes visible again when its visibility timeout ends.
    if (result.functionError) return;
    const failed = reportBatchItemFailures ? failedMessages(batch, result.payload) : [];
    const done = batch.filter((message) => !failed.includes(message));
    for (const { receiptHandle } of done) this.queue.delete(receiptHandle);
  }

  #notify(): void {
    this.#arrived = true;
    this.#wake();
  }

  #nextMessage(atMostMilliseconds?: number): Promise<void> {
    if (this.#arrived || this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel =
        atMostMilliseconds === undefined ? undefined : this.clock.after(atMostMilliseconds, () => this.#wake());
      this.#wake = () => {
        cancel?.();
        this.#wake = () => {};
        resolve();
      };
    });
  }
}

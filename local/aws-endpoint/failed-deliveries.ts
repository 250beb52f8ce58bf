/** A message that one service should have handed to another and could not, for a person or a test to read. */
export interface FailedDelivery {
  at: Date;
  /** ARN of the topic, rule or bucket. */
  from: string;
  /** ARN (or address) of the queue, topic or function. */
  to: string;
  /** Why, in one sentence. */
  reason: string;
  message: string;
  /** ARN of the dead-letter queue that took the message, where one did. */
  deadLetterArn?: string;
}

/** The deliveries that failed, oldest first. AWS shows them as a metric at most; here they are kept. */
export class FailedDeliveries {
  readonly list: FailedDelivery[] = [];
  readonly #listeners = new Set<(failed: FailedDelivery) => void>();

  record(failed: FailedDelivery): void {
    this.list.push(failed);
    for (const listener of this.#listeners) listener(failed);
  }

  /** Calls the listener for each failure from now on; the returned function ends that. */
  onFailure(listener: (failed: FailedDelivery) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

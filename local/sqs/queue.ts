import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-endpoint/aws-error";
import type { Clock } from "../clock";
import { type OutgoingMessage, type ReceivedMessage, sizeOf } from "./message";
import type { QueueSettings } from "./queue-attributes";

export interface ReceiveOptions {
  /** 1 to 10 over the wire; in process as many as wanted. 1 where absent. */
  maxMessages?: number;
  /** Seconds; the queue's where absent. */
  visibilityTimeout?: number;
  /** Seconds to wait for a first message; the queue's where absent. */
  waitSeconds?: number;
  /** Ends the wait: what was received until then (nothing) is returned. */
  signal?: AbortSignal;
}

/** Numbers of messages: to be received, received and not yet deleted, and not yet due. */
export interface QueueDepth {
  visible: number;
  notVisible: number;
  delayed: number;
}

interface StoredMessage {
  id: string;
  outgoing: OutgoingMessage;
  /** Milliseconds since the epoch. A message moved to a dead-letter queue keeps it, as on AWS. */
  sentAt: number;
  firstReceivedAt?: number;
  receiveCount: number;
  /** The part of its newest receipt handle that changes with each receipt. */
  receipt?: string;
  deadLetterSourceArn?: string;
  /** Set while the message is hidden, by a delay or by a receiver. */
  hidden?: { reason: "delayed" | "inFlight"; cancel: () => void };
}

interface Waiter {
  max: number;
  visibilityTimeout: number;
  done(messages: ReceivedMessage[]): void;
}

export interface QueueContext {
  arn: string;
  clock: Clock;
  /** Takes a message that was received too often; false where the dead-letter queue cannot take it. */
  moveToDeadLetterQueue(message: DeadLetter, deadLetterArn: string): boolean;
}

export type DeadLetter = Pick<StoredMessage, "id" | "outgoing" | "sentAt"> & { deadLetterSourceArn: string };

/** Messages in flight that a standard queue allows. */
const mostInFlight = 120_000;

/**
 * One standard queue. A message is hidden for the visibility timeout when received and returns when nobody deletes it;
 * after `maxReceiveCount` receipts the next one moves it to the dead-letter queue instead. Nothing polls: receivers
 * wait to be woken, timers run for delays and visibility timeouts only.
 */
export class Queue {
  readonly #context: QueueContext;
  readonly #messages = new Map<string, StoredMessage>();
  /** The visible ones in the order they became so. */
  readonly #visible = new Set<StoredMessage>();
  readonly #waiters = new Set<Waiter>();
  readonly #listeners = new Set<() => void>();
  /** No message was sent before this: saves looking for expired ones on every call. */
  #earliestSentAt = Number.POSITIVE_INFINITY;
  readonly createdAt: Date;
  changedAt: Date;
  readonly tags: Record<string, string> = {};

  constructor(
    context: QueueContext,
    public settings: QueueSettings,
  ) {
    this.#context = context;
    this.createdAt = this.changedAt = context.clock.now();
  }

  get arn(): string {
    return this.#context.arn;
  }

  /** Throws an AwsError where the message is empty, too large or has characters that XML forbids. */
  send(outgoing: OutgoingMessage): { messageId: string } {
    refuseInvalid(outgoing, this.settings.maximumMessageSize);
    const message: StoredMessage = { id: randomUUID(), outgoing, sentAt: this.#now(), receiveCount: 0 };
    this.#add(message);
    const delay = outgoing.delaySeconds ?? this.settings.delaySeconds;
    if (delay > 0) this.#hide(message, "delayed", delay);
    else this.#show(message);
    return { messageId: message.id };
  }

  /** Takes in a message that another queue gave up on. */
  takeDeadLetter(letter: DeadLetter): void {
    const message: StoredMessage = { ...letter, receiveCount: 0 };
    this.#add(message);
    this.#show(message);
  }

  /** Receives what is there, or waits for the first message as long as asked. */
  receive(options: ReceiveOptions = {}): Promise<ReceivedMessage[]> {
    const max = options.maxMessages ?? 1;
    const visibilityTimeout = options.visibilityTimeout ?? this.settings.visibilityTimeout;
    const wait = options.waitSeconds ?? this.settings.receiveMessageWaitTimeSeconds;
    const received = this.#take(max, visibilityTimeout);
    if (received.length > 0 || wait === 0 || options.signal?.aborted) return Promise.resolve(received);
    return new Promise((resolve) => {
      const done = (messages: ReceivedMessage[]) => {
        cancel();
        options.signal?.removeEventListener("abort", giveUp);
        this.#waiters.delete(waiter);
        resolve(messages);
      };
      const waiter: Waiter = { max, visibilityTimeout, done };
      const giveUp = () => done([]);
      const cancel = this.#context.clock.after(wait * 1000, giveUp);
      options.signal?.addEventListener("abort", giveUp, { once: true });
      this.#waiters.add(waiter);
    });
  }

  /** Deletes by the newest receipt handle. An older one, or one of a message already deleted, changes nothing. */
  delete(receiptHandle: string): void {
    const { id, receipt } = this.#readHandle(receiptHandle);
    const message = this.#messages.get(id);
    if (message?.receipt === receipt) this.#forget(message);
  }

  /** Seconds from now; 0 makes the message visible at once. Throws where it is no longer in flight. */
  changeVisibility(receiptHandle: string, seconds: number): void {
    const { id, receipt } = this.#readHandle(receiptHandle);
    const message = this.#messages.get(id);
    if (message?.receipt !== receipt) {
      throw new AwsError(
        "InvalidParameterValue",
        `Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
      );
    }
    if (message.hidden?.reason !== "inFlight") {
      throw new AwsError("MessageNotInflight", "The specified message is not in flight.", 400, {
        queryCode: "AWS.SimpleQueueService.MessageNotInflight",
      });
    }
    message.hidden.cancel();
    if (seconds > 0) this.#hide(message, "inFlight", seconds);
    else this.#show(message);
  }

  purge(): void {
    for (const message of [...this.#messages.values()]) this.#forget(message);
  }

  depth(): QueueDepth {
    this.#expire();
    const hidden = [...this.#messages.values()].flatMap((message) => message.hidden?.reason ?? []);
    const delayed = hidden.filter((reason) => reason === "delayed").length;
    return { visible: this.#visible.size, notVisible: hidden.length - delayed, delayed };
  }

  /** Calls the listener whenever a message becomes visible that no waiting receiver takes. Returns how to end that. */
  onMessage(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Bodies of all messages, received or not, for tests and the runner to look at without receiving. */
  peek(): string[] {
    return [...this.#messages.values()].map(({ outgoing }) => outgoing.body);
  }

  /** Cancels every timer and ends every wait: the queue is deleted or its stand-in stops. */
  close(): void {
    for (const message of this.#messages.values()) message.hidden?.cancel();
    for (const waiter of [...this.#waiters]) waiter.done([]);
    this.#listeners.clear();
  }

  #add(message: StoredMessage): void {
    this.#messages.set(message.id, message);
    this.#earliestSentAt = Math.min(this.#earliestSentAt, message.sentAt);
  }

  #take(max: number, visibilityTimeout: number): ReceivedMessage[] {
    this.#expire();
    const taken: ReceivedMessage[] = [];
    for (const message of this.#visible) {
      if (taken.length >= max) break;
      if (this.#messages.size - this.#visible.size >= mostInFlight) {
        if (taken.length > 0) break;
        throw new AwsError("OverLimit", `More than ${mostInFlight} messages are in flight.`, 403);
      }
      if (!this.#moveIfReceivedTooOften(message)) taken.push(this.#receipt(message, visibilityTimeout));
    }
    return taken;
  }

  #moveIfReceivedTooOften(message: StoredMessage): boolean {
    const { redrivePolicy } = this.settings;
    if (!redrivePolicy || message.receiveCount < redrivePolicy.maxReceiveCount) return false;
    const letter = { ...pickLetter(message), deadLetterSourceArn: this.arn };
    if (!this.#context.moveToDeadLetterQueue(letter, redrivePolicy.deadLetterTargetArn)) return false;
    this.#forget(message);
    return true;
  }

  #receipt(message: StoredMessage, visibilityTimeout: number): ReceivedMessage {
    message.receiveCount += 1;
    message.firstReceivedAt ??= this.#now();
    message.receipt = randomUUID();
    // A timeout of 0 leaves the message visible, for the next call to receive.
    if (visibilityTimeout > 0) this.#hide(message, "inFlight", visibilityTimeout);
    const { outgoing, sentAt, firstReceivedAt, receiveCount, deadLetterSourceArn } = message;
    return {
      messageId: message.id,
      receiptHandle: Buffer.from(JSON.stringify([this.arn, message.id, message.receipt])).toString("base64"),
      body: outgoing.body,
      attributes: outgoing.attributes ?? {},
      systemAttributes: {
        ...(outgoing.senderId && { SenderId: outgoing.senderId }),
        SentTimestamp: String(sentAt),
        ApproximateReceiveCount: String(receiveCount),
        ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
        ...(deadLetterSourceArn && { DeadLetterQueueSourceArn: deadLetterSourceArn }),
      },
    };
  }

  #hide(message: StoredMessage, reason: "delayed" | "inFlight", seconds: number): void {
    this.#visible.delete(message);
    message.hidden = { reason, cancel: this.#context.clock.after(seconds * 1000, () => this.#show(message)) };
  }

  #show(message: StoredMessage): void {
    message.hidden = undefined;
    this.#visible.add(message);
    for (const waiter of this.#waiters) {
      const received = this.#take(waiter.max, waiter.visibilityTimeout);
      if (received.length > 0) waiter.done(received);
      if (this.#visible.size === 0) return;
    }
    for (const listener of this.#listeners) listener();
  }

  /** Retention: looked at when somebody looks, which is when it can be noticed. */
  #expire(): void {
    const oldest = this.#now() - this.settings.messageRetentionPeriod * 1000;
    if (this.#earliestSentAt >= oldest) return;
    this.#earliestSentAt = Number.POSITIVE_INFINITY;
    for (const message of this.#messages.values()) {
      if (message.sentAt < oldest) this.#forget(message);
      else this.#earliestSentAt = Math.min(this.#earliestSentAt, message.sentAt);
    }
  }

  #forget(message: StoredMessage): void {
    message.hidden?.cancel();
    this.#visible.delete(message);
    this.#messages.delete(message.id);
  }

  #readHandle(receiptHandle: string): { id: string; receipt: string } {
    try {
      const [arn, id, receipt] = JSON.parse(Buffer.from(receiptHandle, "base64").toString("utf8")) as string[];
      if (arn === this.arn && id && receipt) return { id, receipt };
    } catch {
      // Not one of ours: answered below.
    }
    throw new AwsError("ReceiptHandleIsInvalid", `The input receipt handle "${receiptHandle}" is not valid.`, 404);
  }

  #now(): number {
    return this.#context.clock.now().getTime();
  }
}

const pickLetter = ({ id, outgoing, sentAt }: StoredMessage) => ({ id, outgoing, sentAt });

/** What a body may hold: XML 1.0's characters. Source: SendMessage, API reference. */
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

function refuseInvalid(outgoing: OutgoingMessage, maximumSize: number): void {
  if (outgoing.body === "")
    throw new AwsError("MissingParameter", "The request must contain the parameter MessageBody.");
  if (forbidden.test(outgoing.body)) {
    throw new AwsError("InvalidMessageContents", "The message contains characters outside the allowed set.");
  }
  if (sizeOf(outgoing) > maximumSize) {
    throw new AwsError(
      "InvalidParameterValue",
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumSize} bytes.`,
    );
  }
}

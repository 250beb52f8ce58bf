import type { AwsAccount } from "../aws-endpoint/account";
import { AwsError } from "../aws-endpoint/aws-error";
import { answerJson } from "../aws-endpoint/json-protocol";
import type { AwsCall, AwsService } from "../aws-endpoint/service";
import { policyAllowsService } from "../aws-endpoint/service-policy";
import { type Clock, systemClock } from "../clock";
import type { OutgoingMessage } from "./message";
import { sqsOperations } from "./operations";
import { type DeadLetter, Queue } from "./queue";
import { changeSettings, defaultSettings, type QueueSettings } from "./queue-attributes";

export interface SqsOptions {
  account: AwsAccount;
  /** Of the endpoint that serves this stand-in; queue URLs lie on it. */
  endpointUrl: string;
  clock?: Clock;
  /** Whether the policy of a KMS key lets a service encrypt for a queue; yes where absent. */
  keyAllowsService?: (keyId: string, service: string, sourceArn: string) => boolean;
}

/** A message that an AWS service, not a role, puts into a queue. */
export interface ServiceMessage {
  /** `sns.amazonaws.com` */
  service: string;
  /** ARN of the topic or rule that delivers. */
  sourceArn: string;
  queueArn: string;
  message: OutgoingMessage;
}

/**
 * Amazon SQS, standard queues: the wire protocol through `handle`, and the same queues in process, found by ARN or URL.
 * FIFO queues are refused by name.
 */
export class Sqs implements AwsService {
  readonly scope = "sqs";
  readonly account: AwsAccount;
  readonly #queues = new Map<string, Queue>();
  readonly #options: SqsOptions;
  readonly #clock: Clock;
  readonly #operations = sqsOperations(this);

  constructor(options: SqsOptions) {
    this.#options = options;
    this.account = options.account;
    this.#clock = options.clock ?? systemClock;
  }

  handle(call: AwsCall): Promise<void> {
    return answerJson(call, this.#operations);
  }

  /** Creates a queue from SQS's attributes (all texts). Throws where a queue of that name has others. */
  createQueue(name: string, attributes: Record<string, string> = {}): Queue {
    if (name.endsWith(".fifo")) throw new AwsError("InvalidParameterValue", "FIFO queues have no local stand-in.");
    if (!/^[\w-]{1,80}$/.test(name)) {
      throw new AwsError(
        "InvalidParameterValue",
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
      );
    }
    const arn = this.arnOf(name);
    const settings = changeSettings(defaultSettings, attributes);
    const existing = this.#queues.get(arn);
    if (existing) {
      const wanted = changeSettings(existing.settings, attributes);
      if (JSON.stringify(wanted) === JSON.stringify(existing.settings)) return existing;
      throw new AwsError("QueueNameExists", `A queue already exists with the name ${name} and other attributes.`, 400, {
        queryCode: "QueueAlreadyExists",
      });
    }
    this.#refuseUnusableDeadLetterQueue(arn, settings);
    const moveToDeadLetterQueue = (letter: DeadLetter, deadLetterArn: string) => this.#move(letter, deadLetterArn);
    const queue = new Queue({ arn, clock: this.#clock, moveToDeadLetterQueue }, settings);
    this.#queues.set(arn, queue);
    return queue;
  }

  setAttributes(queue: Queue, attributes: Record<string, string>): void {
    const settings = changeSettings(queue.settings, attributes);
    this.#refuseUnusableDeadLetterQueue(queue.arn, settings);
    queue.settings = settings;
    queue.changedAt = this.#clock.now();
  }

  deleteQueue(queue: Queue): void {
    queue.close();
    this.#queues.delete(queue.arn);
  }

  /** By ARN, URL or name. Throws QueueDoesNotExist. */
  queue(identifier: string): Queue {
    const queue = this.findQueue(identifier);
    if (queue) return queue;
    throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.", 400, {
      queryCode: "AWS.SimpleQueueService.NonExistentQueue",
    });
  }

  findQueue(identifier: string): Queue | undefined {
    const name = identifier.split(/[:/]/).at(-1) ?? "";
    const isOurs = [name, this.arnOf(name), this.urlOf(name)].includes(identifier);
    // A URL may name the endpoint by another host; SQS goes by the path, and so do we.
    const isUrl =
      /^https?:\/\/[^/]+\/\d{12}\/[^/]+$/.test(identifier) && identifier.includes(`/${this.account.accountId}/`);
    return isOurs || isUrl ? this.#queues.get(this.arnOf(name)) : undefined;
  }

  queues(): Queue[] {
    return [...this.#queues.values()];
  }

  arnOf(name: string): string {
    return `arn:aws:sqs:${this.account.region}:${this.account.accountId}:${name}`;
  }

  /** The URL of a queue, by its name or ARN. */
  urlOf(nameOrArn: string): string {
    return `${this.#options.endpointUrl}/${this.account.accountId}/${nameOrArn.split(":").at(-1)}`;
  }

  /**
   * Delivers for a service, if the queue exists, its policy lets the service send from that source, and the queue's
   * key lets it encrypt. Returns why not, in one sentence, or undefined once delivered.
   */
  deliver(delivery: ServiceMessage): string | undefined {
    try {
      const refusal = this.#refusal(delivery);
      if (refusal === undefined)
        this.queue(delivery.queueArn).send({ senderId: delivery.service, ...delivery.message });
      return refusal;
    } catch (error) {
      // The message is invalid, or the policy has an element that is not evaluated here.
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Ends waiting receivers and cancels timers. */
  stop(): void {
    for (const queue of this.#queues.values()) queue.close();
  }

  #refusal({ service, sourceArn, queueArn }: ServiceMessage): string | undefined {
    const queue = this.findQueue(queueArn);
    if (!queue) return `the queue ${queueArn} does not exist`;
    const { policy, kmsMasterKeyId: keyId } = queue.settings;
    const sourceAccount = this.account.accountId;
    const delivery = { service, action: "sqs:SendMessage", resource: queueArn, sourceArn, sourceAccount };
    if (!policyAllowsService(policy, delivery)) {
      return `the queue's policy does not let ${service} send messages from ${sourceArn}`;
    }
    if (keyId && this.#options.keyAllowsService?.(keyId, service, sourceArn) === false) {
      return `the policy of the key ${keyId} does not let ${service} use it from ${sourceArn}`;
    }
    return undefined;
  }

  #move(letter: DeadLetter, deadLetterArn: string): boolean {
    const target = this.findQueue(deadLetterArn);
    if (!target || !allowsSource(target, letter.deadLetterSourceArn)) return false;
    target.takeDeadLetter(letter);
    return true;
  }

  #refuseUnusableDeadLetterQueue(sourceArn: string, { redrivePolicy }: QueueSettings): void {
    if (!redrivePolicy) return;
    const target = this.findQueue(redrivePolicy.deadLetterTargetArn);
    if (target && allowsSource(target, sourceArn)) return;
    const reason = target
      ? "Dead letter target does not allow this source queue."
      : "Dead letter target does not exist.";
    throw new AwsError(
      "InvalidParameterValue",
      `Value ${JSON.stringify(redrivePolicy)} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
    );
  }
}

function allowsSource(deadLetterQueue: Queue, sourceArn: string): boolean {
  const { redrivePermission = "allowAll", sourceQueueArns = [] } = deadLetterQueue.settings.redriveAllowPolicy ?? {};
  return redrivePermission === "allowAll" || (redrivePermission === "byQueue" && sourceQueueArns.includes(sourceArn));
}

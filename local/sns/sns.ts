import { randomUUID } from "node:crypto";
import type { AwsAccount } from "../aws-endpoint/account";
import { AwsError } from "../aws-endpoint/aws-error";
import { FailedDeliveries } from "../aws-endpoint/failed-deliveries";
import { answerQuery } from "../aws-endpoint/query-protocol";
import type { AwsCall, AwsService } from "../aws-endpoint/service";
import { policyAllowsService } from "../aws-endpoint/service-policy";
import { type Clock, systemClock } from "../clock";
import type { MessageAttributes } from "../sqs/message";
import type { Sqs } from "../sqs/sqs";
import { Delivery, type InvokeLambda } from "./delivery";
import type { Publication } from "./notification";
import { snsOperations } from "./operations";
import { checkPublication } from "./publication";
import {
  changeSubscription,
  defaultSubscriptionSettings,
  type Subscription,
  type SubscriptionProtocol,
} from "./subscription";

export interface SnsOptions {
  account: AwsAccount;
  queues: Pick<Sqs, "deliver">;
  invokeLambda: InvokeLambda;
  clock?: Clock;
  /** Where deliveries that failed are recorded; shared among services, or this topic service's own. */
  failures?: FailedDeliveries;
  /** Whether the policy of a KMS key lets a service use it for a topic; yes where absent. */
  keyAllowsService?: (keyId: string, service: string, sourceArn: string) => boolean;
}

export interface Topic {
  arn: string;
  /** By SNS's own names: DisplayName, Policy, KmsMasterKeyId, … */
  attributes: Record<string, string>;
  tags: Record<string, string>;
}

/** A message that went to an e-mail subscriber. */
export interface Email {
  topicArn: string;
  /** The address. */
  endpoint: string;
  subject?: string;
  message: string;
  attributes: MessageAttributes;
  at: Date;
}

/** A message that an AWS service, not a role, publishes. */
export interface ServicePublication {
  /** `s3.amazonaws.com` */
  service: string;
  /** ARN of the bucket, rule or alarm. */
  sourceArn: string;
  topicArn: string;
  message: Publication;
}

/** Filter policies that a topic may have; SNS Developer Guide, "Filter policy constraints". */
const mostFilterPolicies = 200;

/**
 * Amazon SNS, standard topics with subscriptions of queues, functions and e-mail addresses. An e-mail address counts
 * as confirmed at once, because nobody on this machine could click the link; its mail lands in `outbox`.
 */
export class Sns implements AwsService {
  readonly scope = "sns";
  readonly account: AwsAccount;
  /** Every e-mail sent, oldest first. */
  readonly outbox: Email[] = [];
  readonly failures: FailedDeliveries;
  readonly #topics = new Map<string, Topic>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #options: SnsOptions;
  readonly #clock: Clock;
  readonly #delivery: Delivery;
  readonly #operations = snsOperations(this);
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: SnsOptions) {
    this.#options = options;
    this.account = options.account;
    this.#clock = options.clock ?? systemClock;
    this.failures = options.failures ?? new FailedDeliveries();
    this.#delivery = new Delivery({
      ...options,
      failures: this.failures,
      sendEmail: (email) => this.outbox.push(email),
    });
  }

  handle(call: AwsCall): Promise<void> {
    return answerQuery(call, { operations: this.#operations, namespace: "http://sns.amazonaws.com/doc/2010-03-31/" });
  }

  /** Creates the topic, or returns the one of that name. */
  createTopic(name: string): Topic {
    if (name.endsWith(".fifo")) throw new AwsError("InvalidParameter", "FIFO topics have no local stand-in.");
    if (!/^[\w-]{1,256}$/.test(name)) throw new AwsError("InvalidParameter", "Invalid parameter: Topic Name");
    const arn = this.arnOf(name);
    const topic = this.#topics.get(arn) ?? { arn, attributes: {}, tags: {} };
    this.#topics.set(arn, topic);
    return topic;
  }

  arnOf(name: string): string {
    return `arn:aws:sns:${this.account.region}:${this.account.accountId}:${name}`;
  }

  /** Throws NotFound. */
  topic(arn: string): Topic {
    const topic = this.#topics.get(arn);
    if (topic) return topic;
    throw new AwsError("NotFound", "Topic does not exist", 404);
  }

  topics(): Topic[] {
    return [...this.#topics.values()];
  }

  /** Deletes a topic and its subscriptions; one that is not there is no error. */
  deleteTopic(arn: string): void {
    this.#topics.delete(arn);
    for (const { arn: subscriptionArn } of this.subscriptionsOf(arn)) this.#subscriptions.delete(subscriptionArn);
  }

  /** Subscribes with SNS's attributes (all texts). The same endpoint again returns the subscription that is there. */
  subscribe(
    topicArn: string,
    {
      protocol,
      endpoint,
      attributes = {},
    }: { protocol: string; endpoint: string; attributes?: Record<string, string> },
  ): Subscription {
    this.topic(topicArn);
    const known = readProtocol(protocol, endpoint);
    const existing = this.subscriptionsOf(topicArn).find((one) => one.protocol === known && one.endpoint === endpoint);
    if (existing) {
      const wanted = changeSubscription(existing.settings, attributes).settings;
      if (JSON.stringify(wanted) === JSON.stringify(existing.settings)) return existing;
      throw new AwsError(
        "InvalidParameter",
        "Invalid parameter: Attributes Reason: Subscription already exists with different attributes",
      );
    }
    const arn = `${topicArn}:${randomUUID()}`;
    const settings = defaultSubscriptionSettings;
    const subscription: Subscription = { arn, topicArn, protocol: known, endpoint, settings };
    this.setSubscriptionAttributes(subscription, attributes);
    this.#subscriptions.set(arn, subscription);
    return subscription;
  }

  setSubscriptionAttributes(subscription: Subscription, attributes: Record<string, string>): void {
    const changed = changeSubscription(subscription.settings, attributes);
    const others = this.subscriptionsOf(subscription.topicArn).filter((one) => one !== subscription && one.filter);
    if (changed.filter && others.length >= mostFilterPolicies) {
      throw new AwsError("FilterPolicyLimitExceeded", `A topic can have ${mostFilterPolicies} filter policies.`, 403);
    }
    Object.assign(subscription, changed);
  }

  /** Throws NotFound. */
  subscription(arn: string): Subscription {
    const subscription = this.#subscriptions.get(arn);
    if (subscription) return subscription;
    throw new AwsError("NotFound", "Subscription does not exist", 404);
  }

  subscriptions(): Subscription[] {
    return [...this.#subscriptions.values()];
  }

  subscriptionsOf(topicArn: string): Subscription[] {
    return this.subscriptions().filter((subscription) => subscription.topicArn === topicArn);
  }

  unsubscribe(arn: string): void {
    this.#subscriptions.delete(arn);
  }

  /** Publishes to every subscription whose filter policy lets the message through. Returns the message's id. */
  publish(topicArn: string, publication: Publication): string {
    this.topic(topicArn);
    checkPublication(publication);
    const messageId = randomUUID();
    const at = this.#clock.now();
    for (const subscription of this.subscriptionsOf(topicArn)) {
      const delivering = this.#delivery.deliver(subscription, { publication, messageId, at });
      if (!delivering) continue;
      this.#underWay.add(delivering);
      void delivering.finally(() => this.#underWay.delete(delivering));
    }
    return messageId;
  }

  /**
   * Publishes for a service, if the topic's policy lets it publish from that source and the topic's key lets it
   * encrypt. Otherwise the failure is recorded and thrown: AuthorizationError, or NotFound for a missing topic.
   */
  publishAsService({ service, sourceArn, topicArn, message }: ServicePublication): string {
    const refusal = this.#refusal({ service, sourceArn, topicArn });
    if (!refusal) return this.publish(topicArn, message);
    this.failures.record({
      ...{ at: this.#clock.now(), from: sourceArn, to: topicArn },
      ...{ reason: refusal.message, message: message.message },
    });
    throw refusal;
  }

  /** Resolves when everything published so far was delivered, or recorded as failed. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #refusal({ service, sourceArn, topicArn }: Omit<ServicePublication, "message">): AwsError | undefined {
    const topic = this.#topics.get(topicArn);
    if (!topic) return new AwsError("NotFound", `The topic ${topicArn} does not exist`, 404);
    const { Policy: policy, KmsMasterKeyId: keyId } = topic.attributes;
    const sourceAccount = this.account.accountId;
    if (
      !policyAllowsService(policy, { service, action: "sns:Publish", resource: topicArn, sourceArn, sourceAccount })
    ) {
      return new AwsError(
        "AuthorizationError",
        `The topic's policy does not let ${service} publish from ${sourceArn}`,
        403,
      );
    }
    if (keyId && this.#options.keyAllowsService?.(keyId, service, sourceArn) === false) {
      return new AwsError("KMSAccessDenied", `The policy of the key ${keyId} does not let ${service} use it`, 400);
    }
    return undefined;
  }
}

function readProtocol(protocol: string, endpoint: string): SubscriptionProtocol {
  const shapes: Record<SubscriptionProtocol, RegExp> = {
    sqs: /^arn:aws:sqs:[^:]+:\d{12}:[\w-]+$/,
    lambda: /^arn:aws:lambda:[^:]+:\d{12}:function:/,
    email: /^[^@\s]+@[^@\s]+$/,
  };
  const known = (["sqs", "lambda", "email"] as const).find((one) => one === protocol);
  if (!known) {
    throw new AwsError("InvalidParameter", `Subscriptions of protocol ${protocol} have no local stand-in.`);
  }
  if (!shapes[known].test(endpoint)) {
    throw new AwsError("InvalidParameter", `Invalid parameter: ${protocol} endpoint: ${endpoint}`);
  }
  return known;
}

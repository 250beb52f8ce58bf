import type { FailedDeliveries } from "../aws-endpoint/failed-deliveries";
import type { Sqs } from "../sqs/sqs";
import { lambdaEvent, type Notification, notificationEnvelope, type Publication } from "./notification";
import { textFor } from "./publication";
import type { Email } from "./sns";
import type { Subscription } from "./subscription";

/**
 * Invokes a function asynchronously in the name of a service. Throws, or rejects, where the function does not exist or
 * does not permit it; what the function then does is Lambda's business.
 */
export type InvokeLambda = (
  functionArn: string,
  payload: object,
  source: { principal: string; sourceArn: string },
) => unknown;

export interface DeliveryOptions {
  queues: Pick<Sqs, "deliver">;
  invokeLambda: InvokeLambda;
  sendEmail(email: Email): void;
  failures: FailedDeliveries;
}

interface Published {
  publication: Publication;
  messageId: string;
  at: Date;
}

const service = "sns.amazonaws.com";
/** Attributes that SQS takes; SNS discards a raw delivery with more. */
const mostRawAttributes = 10;

/** Takes messages from topics to subscriptions. What is refused is not tried again: SNS retries faults, not refusals. */
export class Delivery {
  constructor(private readonly options: DeliveryOptions) {}

  /** Delivers, or returns undefined where the filter policy drops the message. Never rejects. */
  deliver(subscription: Subscription, { publication, messageId, at }: Published): Promise<void> | undefined {
    const { arn: subscriptionArn, topicArn, protocol, filter } = subscription;
    const attributes = publication.attributes ?? {};
    const message = textFor(protocol, publication);
    if (filter && !filter.matches({ body: message, attributes })) return undefined;
    const { subject } = publication;
    return this.#attempt(subscription, { messageId, topicArn, subscriptionArn, subject, message, attributes, at });
  }

  async #attempt(subscription: Subscription, notification: Notification): Promise<void> {
    const reason = await this.#refusal(subscription, notification);
    if (reason === undefined) return;
    const { at, message, topicArn } = notification;
    const { deadLetterTargetArn: queueArn } = subscription.settings;
    const buried = queueArn && this.#toQueue(queueArn, subscription, notification) === undefined;
    const deadLetterArn = buried ? queueArn : undefined;
    this.options.failures.record({ at, from: topicArn, to: subscription.endpoint, reason, message, deadLetterArn });
  }

  async #refusal(subscription: Subscription, notification: Notification): Promise<string | undefined> {
    const { endpoint, protocol } = subscription;
    const { topicArn, subject, message, attributes, at } = notification;
    switch (protocol) {
      case "sqs":
        return this.#toQueue(endpoint, subscription, notification);
      case "email":
        this.options.sendEmail({ topicArn, endpoint, subject, message, attributes, at });
        return undefined;
      case "lambda":
        try {
          await this.options.invokeLambda(endpoint, lambdaEvent(notification), {
            principal: service,
            sourceArn: topicArn,
          });
          return undefined;
        } catch (error) {
          return error instanceof Error ? error.message : String(error);
        }
    }
  }

  #toQueue(queueArn: string, { settings }: Subscription, notification: Notification): string | undefined {
    const { message, attributes, topicArn } = notification;
    const raw = settings.rawMessageDelivery;
    if (raw && Object.keys(attributes).length > mostRawAttributes) {
      return `a raw delivery to SQS carries at most ${mostRawAttributes} attributes`;
    }
    const body = raw ? message : notificationEnvelope(notification);
    const outgoing = { body, attributes: raw ? attributes : {} };
    return this.options.queues.deliver({ service, sourceArn: topicArn, queueArn, message: outgoing });
  }
}

import { randomBytes } from "node:crypto";
import type { AwsAccount } from "../../aws-endpoint/account";
import type { FailedDelivery } from "../../aws-endpoint/failed-deliveries";
import type { Clock } from "../../clock";
import { bucketArn } from "../core";
import { S3Error } from "../s3-error";
import type { Bucket } from "../store/bucket";
import { type EventBridgeEvent, eventBridgeEvent } from "./event-bridge-event";
import { type EventRecord, eventRecord } from "./event-record";
import { type NotificationConfiguration, topicsFor } from "./notification-configuration";
import type { ObjectEvent } from "./object-event";

/** What S3 publishes to an SNS topic, as the service principal `s3.amazonaws.com`. */
export interface TopicMessage {
  topicArn: string;
  subject: string;
  /** JSON text: `{"Records":[record]}`, or the test event. */
  message: string;
  /** The one record of the message; absent for the test event. */
  record?: EventRecord;
  /** For the topic's policy: `aws:SourceArn`, the bucket. */
  sourceArn: string;
  /** For the topic's policy: `aws:SourceAccount`. */
  sourceAccount: string;
}

export interface NotifierOptions extends AwsAccount {
  clock: Pick<Clock, "now">;
  publish: (message: TopicMessage) => Promise<void> | void;
  eventBridge: (event: EventBridgeEvent) => Promise<void> | void;
  /** Told of each event that could not be delivered; S3 says nothing in that case. */
  undelivered: (failed: FailedDelivery) => void;
}

/** A part of AWS that watches buckets, whatever they are configured to tell. */
export interface Observer {
  /** For the record of what it could not do: an ARN, or a few words. */
  name: string;
  onEvent: (event: ObjectEvent) => Promise<void> | void;
}

const subject = "Amazon S3 Notification";

/** Sends the events of buckets to where their configurations want them. */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #underWay = new Set<Promise<void>>();
  readonly #observers = new Set<Observer>();

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Calls the observer with every event of every bucket, without making its cause wait; the returned function ends that. */
  observe(observer: Observer): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Sends one event, without making its cause wait. */
  notify(bucket: Bucket, event: ObjectEvent): void {
    const seen = { from: bucketArn(bucket.name), message: JSON.stringify({ ...event, caller: undefined }) };
    for (const observer of this.#observers) {
      this.#send({ ...seen, to: observer.name }, () => observer.onEvent(event));
    }
    const { notification } = bucket.configuration;
    const { publish, eventBridge, accountId } = this.#options;
    for (const { id, topicArn } of topicsFor(notification, event)) {
      const record = eventRecord(event, id, this.#options);
      const message = JSON.stringify({ Records: [record] });
      const sourceArn = bucketArn(bucket.name);
      this.#send({ from: sourceArn, to: topicArn, message }, () =>
        publish({ topicArn, subject, message, record, sourceArn, sourceAccount: accountId }),
      );
    }
    if (notification.eventBridge) {
      const sent = eventBridgeEvent(event, this.#options);
      const addressed = { from: bucketArn(bucket.name), to: "EventBridge", message: JSON.stringify(sent) };
      this.#send(addressed, () => eventBridge(sent));
    }
  }

  /** Sends the test event to each topic of a configuration about to be set; refuses it if one does not take it. */
  async validate(bucket: string, { topics }: NotificationConfiguration): Promise<void> {
    const { publish, clock, accountId } = this.#options;
    for (const { topicArn } of topics) {
      const message = JSON.stringify({
        Service: "Amazon S3",
        Event: "s3:TestEvent",
        Time: clock.now().toISOString(),
        Bucket: bucket,
        RequestId: randomBytes(8).toString("hex").toUpperCase(),
        HostId: randomBytes(48).toString("base64"),
      });
      try {
        await publish({ topicArn, subject, message, sourceArn: bucketArn(bucket), sourceAccount: accountId });
      } catch (error) {
        throw new S3Error(
          "InvalidArgument",
          400,
          `Unable to validate the following destination configurations: ${topicArn}: ${reasonOf(error)}`,
        );
      }
    }
  }

  /** Resolves when every event notified so far was delivered, or given up. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #send(addressed: Pick<FailedDelivery, "from" | "to" | "message">, deliver: () => Promise<void> | void): void {
    const { clock, undelivered } = this.#options;
    const sending = Promise.resolve()
      .then(deliver)
      .catch((error) => undelivered({ at: clock.now(), ...addressed, reason: reasonOf(error) }))
      .finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

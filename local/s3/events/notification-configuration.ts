import { invalidArgument, notImplemented } from "../s3-error";
import { type EventName, eventNames } from "./object-event";

export interface TopicConfiguration {
  id: string;
  topicArn: string;
  /** With `s3:`, wildcards as S3 has them: `s3:ObjectCreated:*`. */
  events: string[];
  /** Of the key, not encoded; empty for every key. */
  prefix: string;
  suffix: string;
}

/** Where a bucket's events go. Plain JSON. */
export interface NotificationConfiguration {
  topics: TopicConfiguration[];
  eventBridge: boolean;
}

/** The topic configurations that want an event. */
export function topicsFor(
  { topics }: NotificationConfiguration,
  { name, key }: { name: EventName; key: string },
): TopicConfiguration[] {
  return topics.filter(
    ({ events, prefix, suffix }) =>
      events.some((pattern) => meant(pattern).includes(name)) && key.startsWith(prefix) && key.endsWith(suffix),
  );
}

/** Refuses what S3 refuses: unknown events, a repeated id, and rules of which two could want the same event. */
export function checkNotificationConfiguration({ topics }: NotificationConfiguration): void {
  for (const topic of topics) {
    if (!topic.topicArn.startsWith("arn:"))
      throw invalidArgument("The ARN is not well formed", "Topic", topic.topicArn);
    if (topic.events.length === 0) throw invalidArgument("A notification needs at least one event", "Event", "");
    for (const event of topic.events) checkEvent(event);
  }
  topics.forEach((one, index) => {
    for (const other of topics.slice(index + 1)) checkPair(one, other);
  });
}

function checkPair(one: TopicConfiguration, other: TopicConfiguration): void {
  if (one.id === other.id) {
    throw invalidArgument("Same ID used for multiple configurations. IDs must be unique", "Id", one.id);
  }
  const wanted = one.events.flatMap(meant);
  const sameEvent = other.events.flatMap(meant).some((name) => wanted.includes(name));
  const samePrefix = one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix);
  const sameSuffix = one.suffix.endsWith(other.suffix) || other.suffix.endsWith(one.suffix);
  if (!sameEvent || !samePrefix || !sameSuffix) return;
  throw invalidArgument(
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.",
    "Id",
    `${one.id}, ${other.id}`,
  );
}

/** S3's other event types: known, but nothing here causes them. */
const neverHappening =
  /^s3:(ObjectCreated:Post|ReducedRedundancyLostObject|ObjectRestore:.*|Replication:.*|LifecycleTransition|IntelligentTiering|ObjectAcl:Put)$/;
/** Lifecycle rules are recorded, and no run lasts the days until one would apply: to ask for their events is right, and idle. */
const notInThisLife = /^s3:LifecycleExpiration:(\*|Delete|DeleteMarkerCreated)$/;

function checkEvent(event: string): void {
  if (meant(event).length > 0 || notInThisLife.test(event)) return;
  if (neverHappening.test(event)) throw notImplemented(`the event ${event}`);
  throw invalidArgument("The event is not supported for notifications", "Event", event);
}

/** The events that a configured name stands for; none if it is unknown. */
function meant(pattern: string): EventName[] {
  return eventNames.filter((name) => pattern === `s3:${name}` || pattern === `s3:${name.replace(/:.*/, ":*")}`);
}

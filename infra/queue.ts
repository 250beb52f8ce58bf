import * as aws from "@pulumi/aws";
import { type Input, jsonStringify } from "@pulumi/pulumi";
import type { Keys } from "./encryption";
import { policyDocument } from "./policy-document";
import type { Stack } from "./stack";

export interface Queue {
  queue: aws.sqs.Queue;
  /** What was given up, for a person to look at and redrive. */
  deadLetters: aws.sqs.Queue;
}

/** Who may send to a queue: a service, and the one resource that it does so for. */
export interface Sender {
  service: "sns.amazonaws.com" | "events.amazonaws.com";
  sourceArn: Input<string>;
}

/** Attempts before a message is set aside. */
const attempts = 5;
const fourteenDays = 14 * 24 * 60 * 60;

/**
 * An encrypted queue with its dead-letter queue.
 * @param visibilityTimeoutSeconds for which a message that somebody works on is invisible to others.
 */
export function queueWithDeadLetters(stack: Stack, keys: Keys, name: string, visibilityTimeoutSeconds: number): Queue {
  const create = (name: string, settings: aws.sqs.QueueArgs) =>
    new aws.sqs.Queue(name, {
      name: `${stack.prefix}-${name}`,
      kmsMasterKeyId: keys.messages.arn,
      // Seconds for which SQS uses a data key again: fewer calls to KMS.
      kmsDataKeyReusePeriodSeconds: 3600,
      messageRetentionSeconds: fourteenDays,
      ...settings,
    });
  const deadLetters = create(`${name}-dead`, {});
  const queue = create(name, {
    visibilityTimeoutSeconds,
    redrivePolicy: jsonStringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: attempts }),
  });
  return { queue, deadLetters };
}

/** Lets the senders send to both queues: what they cannot hand over goes to the dead letters. */
export function receiveFrom(name: string, { queue, deadLetters }: Queue, senders: Sender[]): aws.sqs.QueuePolicy[] {
  return Object.entries({ [name]: queue, [`${name}-dead`]: deadLetters }).map(
    ([name, target]) =>
      new aws.sqs.QueuePolicy(name, {
        queueUrl: target.id,
        policy: policyDocument(
          ...senders.map(({ service, sourceArn }) => ({
            Effect: "Allow" as const,
            Principal: { Service: service },
            Action: "sqs:SendMessage",
            Resource: target.arn,
            Condition: { ArnEquals: { "aws:SourceArn": sourceArn } },
          })),
        ),
      }),
  );
}

/** The queue gets what is published to the topic, as it was published. */
export function subscribeQueue(
  name: string,
  topic: aws.sns.Topic,
  { queue, deadLetters }: Queue,
  policies: aws.sqs.QueuePolicy[],
): void {
  new aws.sns.TopicSubscription(
    name,
    {
      topic: topic.arn,
      protocol: "sqs",
      endpoint: queue.arn,
      rawMessageDelivery: true,
      // What SNS cannot hand over goes where the reader's own failures go.
      redrivePolicy: jsonStringify({ deadLetterTargetArn: deadLetters.arn }),
    },
    { dependsOn: policies },
  );
}

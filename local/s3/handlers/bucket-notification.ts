import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { S3 } from "../create-s3";
import { readInputs } from "./read-inputs";
import type { Setting } from "./setting-handler";

const none = (what: string) => z.array(z.unknown()).max(0, `notifications to ${what} are not implemented`).optional();

const schema = z.strictObject({
  bucket: z.string(),
  region: z.string().optional(),
  eventbridge: z.boolean().default(false),
  topics: z
    .array(
      z.strictObject({
        topicArn: z.string(),
        events: z.array(z.string()),
        filterPrefix: z.string().default(""),
        filterSuffix: z.string().default(""),
        id: z.string().optional(),
      }),
    )
    .default([]),
  queues: none("queues"),
  lambdaFunctions: none("Lambda functions"),
});

/** `aws:s3/bucketNotification:BucketNotification`: the whole of a bucket's notifications. */
export const bucketNotification = (s3: S3): Setting => ({
  async set(bucket, inputs) {
    const { eventbridge, topics: given } = readInputs(schema, inputs, "BucketNotification");
    const topics = given.map((topic) => ({
      ...topic,
      id: topic.id || `tf-s3-topic-${randomBytes(13).toString("hex")}`,
    }));
    await s3.setNotification({
      bucket,
      notification: {
        eventBridge: eventbridge,
        topics: topics.map(({ id, topicArn, events, filterPrefix, filterSuffix }) => ({
          id,
          topicArn,
          events,
          prefix: filterPrefix,
          suffix: filterSuffix,
        })),
      },
    });
    return topics.length > 0 ? { topics } : {};
  },
  unset: (bucket) => s3.setNotification({ bucket, notification: { topics: [], eventBridge: false } }),
});

import * as z from "zod";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { physicalName } from "../program/physical-name";
import { readInputs } from "../program/read-inputs";
import type { Queue } from "./queue";
import type { Sqs } from "./sqs";

/** A policy is JSON text, or a document that the program's types describe; both become text. */
const policyText = z
  .union([z.string(), z.looseObject({})])
  .transform((policy) => (typeof policy === "string" ? policy : JSON.stringify(policy)));

const queueInputs = z.strictObject({
  name: z.string().optional(),
  delaySeconds: z.number().default(0),
  maxMessageSize: z.number().default(262_144),
  messageRetentionSeconds: z.number().default(345_600),
  receiveWaitTimeSeconds: z.number().default(0),
  visibilityTimeoutSeconds: z.number().default(30),
  kmsMasterKeyId: z.string().optional(),
  kmsDataKeyReusePeriodSeconds: z.number().default(300),
  sqsManagedSseEnabled: z.boolean().optional(),
  policy: z.string().optional(),
  redrivePolicy: z.string().optional(),
  redriveAllowPolicy: z.string().optional(),
  fifoQueue: z.literal(false, "FIFO queues have no local stand-in").optional(),
  tags: z.record(z.string(), z.string()).default({}),
});

type QueueInputs = z.infer<typeof queueInputs>;

/** Queues and their policies, by Pulumi type token. */
export function sqsHandlers(sqs: Sqs): ResourceHandlers {
  return {
    "aws:sqs/queue:Queue": queueHandler(sqs),
    "aws:sqs/queuePolicy:QueuePolicy": attributeHandler(sqs, {
      resource: "QueuePolicy",
      attribute: "Policy",
      shape: z
        .strictObject({ queueUrl: z.string(), policy: policyText })
        .transform(({ queueUrl, policy }) => ({ queueUrl, value: policy })),
    }),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": attributeHandler(sqs, {
      resource: "RedriveAllowPolicy",
      attribute: "RedriveAllowPolicy",
      shape: z
        .strictObject({ queueUrl: z.string(), redriveAllowPolicy: z.string() })
        .transform(({ queueUrl, redriveAllowPolicy }) => ({ queueUrl, value: redriveAllowPolicy })),
    }),
  };
}

/** Id: the queue's URL. */
function queueHandler(sqs: Sqs): ResourceHandler {
  return {
    async create(inputs, resourceName) {
      const read = readInputs(queueInputs, inputs, resourceName);
      const name = read.name ?? physicalName(resourceName);
      if (sqs.findQueue(name)) throw new Error(`the queue ${name} exists already`);
      const queue = sqs.createQueue(name, { ...creationAttributes(read), ...settableAttributes(read) });
      Object.assign(queue.tags, read.tags);
      return { id: sqs.urlOf(name), outputs: queueOutputs(sqs, queue) };
    },
    exists: (id) => sqs.findQueue(id) !== undefined,
    replaceOn: ["name"],
    async update(id, inputs, previous) {
      const read = readInputs(queueInputs, inputs, id);
      const queue = sqs.queue(id);
      sqs.setAttributes(queue, { ...takenAway(inputs, previous), ...settableAttributes(read) });
      for (const key of Object.keys(queue.tags)) delete queue.tags[key];
      Object.assign(queue.tags, read.tags);
      return { outputs: queueOutputs(sqs, queue) };
    },
    async delete(id) {
      const queue = sqs.findQueue(id);
      if (queue) sqs.deleteQueue(queue);
    },
  };
}

/** SQS-managed encryption is on where nothing is said, and off with a key: SQS sees to that by itself. */
const creationAttributes = ({ sqsManagedSseEnabled }: QueueInputs): Record<string, string> =>
  sqsManagedSseEnabled === undefined ? {} : { SqsManagedSseEnabled: String(sqsManagedSseEnabled) };

function settableAttributes(inputs: QueueInputs): Record<string, string> {
  return {
    DelaySeconds: String(inputs.delaySeconds),
    MaximumMessageSize: String(inputs.maxMessageSize),
    MessageRetentionPeriod: String(inputs.messageRetentionSeconds),
    ReceiveMessageWaitTimeSeconds: String(inputs.receiveWaitTimeSeconds),
    VisibilityTimeout: String(inputs.visibilityTimeoutSeconds),
    KmsDataKeyReusePeriodSeconds: String(inputs.kmsDataKeyReusePeriodSeconds),
    ...(inputs.kmsMasterKeyId && { KmsMasterKeyId: inputs.kmsMasterKeyId }),
    ...(inputs.policy && { Policy: inputs.policy }),
    ...(inputs.redrivePolicy && { RedrivePolicy: inputs.redrivePolicy }),
    ...(inputs.redriveAllowPolicy && { RedriveAllowPolicy: inputs.redriveAllowPolicy }),
  };
}

/** Attributes that the program no longer sets. A policy it never set here may belong to a QueuePolicy, and stays. */
function takenAway(inputs: Properties, previous: Properties): Record<string, string> {
  const attributes = { policy: "Policy", redrivePolicy: "RedrivePolicy", redriveAllowPolicy: "RedriveAllowPolicy" };
  const key = { kmsMasterKeyId: "KmsMasterKeyId" };
  return Object.fromEntries(
    Object.entries({ ...attributes, ...key })
      .filter(([property]) => previous[property] !== undefined && inputs[property] === undefined)
      .map(([, attribute]) => [attribute, ""]),
  );
}

function queueOutputs(sqs: Sqs, queue: Queue): Properties {
  const { settings } = queue;
  return {
    arn: queue.arn,
    url: sqs.urlOf(queue.arn),
    name: queue.arn.split(":").at(-1),
    region: sqs.account.region,
    tagsAll: { ...queue.tags },
    delaySeconds: settings.delaySeconds,
    maxMessageSize: settings.maximumMessageSize,
    messageRetentionSeconds: settings.messageRetentionPeriod,
    receiveWaitTimeSeconds: settings.receiveMessageWaitTimeSeconds,
    visibilityTimeoutSeconds: settings.visibilityTimeout,
    kmsDataKeyReusePeriodSeconds: settings.kmsDataKeyReusePeriodSeconds,
    sqsManagedSseEnabled: settings.sqsManagedSseEnabled,
    fifoQueue: false,
  };
}

interface AttributeResource {
  resource: string;
  /** The queue's attribute that this resource is. */
  attribute: string;
  shape: z.ZodType<{ queueUrl: string; value: string }>;
}

/** A resource that is one attribute of a queue. Id: the queue's URL. */
function attributeHandler(sqs: Sqs, { resource, attribute, shape }: AttributeResource): ResourceHandler {
  const set = (inputs: Properties) => {
    const { queueUrl, value } = readInputs(shape, inputs, resource);
    sqs.setAttributes(sqs.queue(queueUrl), { [attribute]: value });
    return { id: queueUrl, outputs: { region: sqs.account.region } };
  };
  return {
    create: async (inputs) => set(inputs),
    replaceOn: ["queueUrl"],
    update: async (_id, inputs) => set(inputs),
    async delete(id) {
      const queue = sqs.findQueue(id);
      if (queue) sqs.setAttributes(queue, { [attribute]: "" });
    },
  };
}

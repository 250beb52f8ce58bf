import * as z from "zod";
import { AwsError } from "../aws-endpoint/aws-error";
import { type JsonOperation, jsonOperation, readInput } from "../aws-endpoint/json-protocol";
import { authorizeKeyUse } from "../aws-endpoint/key-use";
import type { AwsCall } from "../aws-endpoint/service";
import { type MessageAttributes, md5, md5OfAttributes, type ReceivedMessage, sizeOf } from "./message";
import type { Queue } from "./queue";
import { settingsAsAttributes } from "./queue-attributes";
import type { Sqs } from "./sqs";

const messageAttributes = z.record(
  z.string(),
  z.strictObject({
    DataType: z.string().regex(/^(String|Number|Binary)(\..+)?$/, "must be String, Number or Binary"),
    StringValue: z.string().min(1).optional(),
    BinaryValue: z.base64().optional(),
  }),
);
const queueUrl = { QueueUrl: z.string() };
const outgoing = {
  MessageBody: z.string(),
  DelaySeconds: z.int().min(0).max(900).optional(),
  MessageAttributes: messageAttributes.optional(),
};
const names = z.array(z.string()).optional();
const tags = z.record(z.string(), z.string());
const visibility = { ReceiptHandle: z.string(), VisibilityTimeout: z.int().min(0).max(43_200) };
const entries = z.array(z.looseObject({ Id: z.string() }));

type SqsQueues = Pick<
  Sqs,
  "account" | "queue" | "queues" | "createQueue" | "deleteQueue" | "setAttributes" | "arnOf" | "urlOf"
>;

/** What a caller needs of an encrypted queue's key. Source: SQS Developer Guide, "Key management". */
const keyActions: Record<string, string[]> = {
  SendMessage: ["kms:GenerateDataKey", "kms:Decrypt"],
  ReceiveMessage: ["kms:Decrypt"],
};

/** SQS's operations over the wire, by their names. */
export function sqsOperations(sqs: SqsQueues): Record<string, JsonOperation> {
  /** The queue of a request, once its caller may do this to it. */
  const authorized = (call: AwsCall, action: string, url: string): Queue => {
    const queue = sqs.queue(url);
    call.authorize({ action: `sqs:${action}`, resource: queue.arn, resourcePolicy: queue.settings.policy });
    authorizeKeyUse(call, {
      ...{ keyId: queue.settings.kmsMasterKeyId, actions: keyActions[action] ?? [], service: "sqs" },
      accountId: sqs.account.accountId,
      encryptionContext: { "aws:sqs:arn": queue.arn },
    });
    return queue;
  };
  return { ...queueOperations(sqs, authorized), ...messageOperations(authorized), ...batchOperations(authorized) };
}

type Authorized = (call: AwsCall, action: string, url: string) => Queue;

function queueOperations(sqs: SqsQueues, authorized: Authorized): Record<string, JsonOperation> {
  return {
    CreateQueue: jsonOperation(
      z.strictObject({ QueueName: z.string(), Attributes: tags.default({}), tags: tags.default({}) }),
      ({ QueueName, Attributes, tags }, call) => {
        call.authorize({ action: "sqs:CreateQueue", resource: sqs.arnOf(QueueName) });
        const queue = sqs.createQueue(QueueName, Attributes);
        Object.assign(queue.tags, tags);
        return { QueueUrl: sqs.urlOf(QueueName) };
      },
    ),
    DeleteQueue: jsonOperation(z.strictObject(queueUrl), ({ QueueUrl }, call) => {
      sqs.deleteQueue(authorized(call, "DeleteQueue", QueueUrl));
      return {};
    }),
    GetQueueUrl: jsonOperation(z.strictObject({ QueueName: z.string() }), ({ QueueName }, call) => {
      authorized(call, "GetQueueUrl", QueueName);
      return { QueueUrl: sqs.urlOf(QueueName) };
    }),
    ListQueues: jsonOperation(
      z.strictObject({ QueueNamePrefix: z.string().default(""), MaxResults: z.int().optional() }),
      ({ QueueNamePrefix, MaxResults }, call) => {
        call.authorize({ action: "sqs:ListQueues", resource: "*" });
        const found = sqs.queues().filter(({ arn }) => arn.startsWith(sqs.arnOf(QueueNamePrefix)));
        return { QueueUrls: found.slice(0, MaxResults ?? 1000).map(({ arn }) => sqs.urlOf(arn)) };
      },
    ),
    GetQueueAttributes: jsonOperation(
      z.strictObject({ ...queueUrl, AttributeNames: names }),
      ({ QueueUrl, AttributeNames = [] }, call) => {
        const queue = authorized(call, "GetQueueAttributes", QueueUrl);
        return { Attributes: pick(queueAttributes(queue), AttributeNames) };
      },
    ),
    SetQueueAttributes: jsonOperation(
      z.strictObject({ ...queueUrl, Attributes: tags }),
      ({ QueueUrl, Attributes }, call) => {
        sqs.setAttributes(authorized(call, "SetQueueAttributes", QueueUrl), Attributes);
        return {};
      },
    ),
    PurgeQueue: jsonOperation(z.strictObject(queueUrl), ({ QueueUrl }, call) => {
      authorized(call, "PurgeQueue", QueueUrl).purge();
      return {};
    }),
    ListDeadLetterSourceQueues: jsonOperation(z.strictObject(queueUrl), ({ QueueUrl }, call) => {
      const { arn } = authorized(call, "ListDeadLetterSourceQueues", QueueUrl);
      const sources = sqs.queues().filter(({ settings }) => settings.redrivePolicy?.deadLetterTargetArn === arn);
      return { queueUrls: sources.map((source) => sqs.urlOf(source.arn)) };
    }),
    TagQueue: jsonOperation(z.strictObject({ ...queueUrl, Tags: tags }), ({ QueueUrl, Tags }, call) => {
      Object.assign(authorized(call, "TagQueue", QueueUrl).tags, Tags);
      return {};
    }),
    UntagQueue: jsonOperation(
      z.strictObject({ ...queueUrl, TagKeys: z.array(z.string()) }),
      ({ QueueUrl, TagKeys }, call) => {
        const queue = authorized(call, "UntagQueue", QueueUrl);
        for (const key of TagKeys) delete queue.tags[key];
        return {};
      },
    ),
    ListQueueTags: jsonOperation(z.strictObject(queueUrl), ({ QueueUrl }, call) => ({
      Tags: authorized(call, "ListQueueTags", QueueUrl).tags,
    })),
  };
}

function messageOperations(authorized: Authorized): Record<string, JsonOperation> {
  return {
    SendMessage: jsonOperation(z.strictObject({ ...queueUrl, ...outgoing }), ({ QueueUrl, ...message }, call) =>
      send(authorized(call, "SendMessage", QueueUrl), message, call),
    ),
    ReceiveMessage: jsonOperation(
      z.strictObject({
        ...queueUrl,
        AttributeNames: names,
        MessageSystemAttributeNames: names,
        MessageAttributeNames: names,
        MaxNumberOfMessages: z.int().min(1).max(10).optional(),
        VisibilityTimeout: z.int().min(0).max(43_200).optional(),
        WaitTimeSeconds: z.int().min(0).max(20).optional(),
      }),
      async (input, call) => {
        const received = await authorized(call, "ReceiveMessage", input.QueueUrl).receive({
          maxMessages: input.MaxNumberOfMessages,
          visibilityTimeout: input.VisibilityTimeout,
          waitSeconds: input.WaitTimeSeconds,
          signal: call.signal,
        });
        const system = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
        const wanted = { system, attributes: input.MessageAttributeNames ?? [] };
        return received.length === 0 ? {} : { Messages: received.map((message) => receivedAnswer(message, wanted)) };
      },
    ),
    DeleteMessage: jsonOperation(
      z.strictObject({ ...queueUrl, ReceiptHandle: z.string() }),
      ({ QueueUrl, ReceiptHandle }, call) => {
        authorized(call, "DeleteMessage", QueueUrl).delete(ReceiptHandle);
        return {};
      },
    ),
    ChangeMessageVisibility: jsonOperation(
      z.strictObject({ ...queueUrl, ...visibility }),
      ({ QueueUrl, ReceiptHandle, VisibilityTimeout }, call) => {
        authorized(call, "ChangeMessageVisibility", QueueUrl).changeVisibility(ReceiptHandle, VisibilityTimeout);
        return {};
      },
    ),
  };
}

function batchOperations(authorized: Authorized): Record<string, JsonOperation> {
  const batch = (action: string, run: (queue: Queue, entry: object, call: AwsCall) => object): JsonOperation =>
    jsonOperation(z.strictObject({ ...queueUrl, Entries: entries }), ({ QueueUrl, Entries }, call) => {
      const queue = authorized(call, action, QueueUrl);
      return runBatch(Entries, (entry) => run(queue, entry, call));
    });
  const sendEntry = z.strictObject(outgoing);
  const deleteEntry = z.strictObject({ ReceiptHandle: z.string() });
  const visibilityEntry = z.strictObject(visibility);
  const sendBatch = batch("SendMessage", (queue, entry, call) => send(queue, readInput(sendEntry, entry), call));
  return {
    SendMessageBatch: (input, call) => {
      refuseTooLong(input);
      return sendBatch(input, call);
    },
    DeleteMessageBatch: batch("DeleteMessage", (queue, entry) => {
      queue.delete(readInput(deleteEntry, entry).ReceiptHandle);
      return {};
    }),
    ChangeMessageVisibilityBatch: batch("ChangeMessageVisibility", (queue, entry) => {
      const { ReceiptHandle, VisibilityTimeout } = readInput(visibilityEntry, entry);
      queue.changeVisibility(ReceiptHandle, VisibilityTimeout);
      return {};
    }),
  };
}

type OutgoingInput = z.infer<z.ZodObject<typeof outgoing>>;

const senderOf = ({ principal }: AwsCall) => principal.roleArn.split("/").at(-1) ?? principal.roleArn;

function send(queue: Queue, input: OutgoingInput, call: AwsCall): object {
  const attributes = readAttributes(input.MessageAttributes ?? {});
  const { messageId } = queue.send({
    body: input.MessageBody,
    attributes,
    delaySeconds: input.DelaySeconds,
    senderId: senderOf(call),
  });
  return {
    MessageId: messageId,
    MD5OfMessageBody: md5(input.MessageBody),
    MD5OfMessageAttributes: md5OfAttributes(attributes),
  };
}

function readAttributes(input: z.infer<typeof messageAttributes>): MessageAttributes {
  if (Object.keys(input).length > 10) {
    throw new AwsError("InvalidParameterValue", "Number of message attributes exceeds the allowed maximum [10].");
  }
  return Object.fromEntries(
    Object.entries(input).map(([name, { DataType, StringValue, BinaryValue }]) => {
      if ((DataType.startsWith("Binary") ? BinaryValue : StringValue) === undefined) {
        throw new AwsError("InvalidParameterValue", `The message attribute "${name}" must have a non-empty value.`);
      }
      const binaryValue = BinaryValue === undefined ? undefined : Buffer.from(BinaryValue, "base64");
      return [name, { dataType: DataType, stringValue: StringValue, binaryValue }];
    }),
  );
}

function receivedAnswer(message: ReceivedMessage, wanted: { system: string[]; attributes: string[] }): object {
  const attributes = pick(message.attributes, wanted.attributes);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5(message.body),
    Attributes: pick(message.systemAttributes, wanted.system),
    MD5OfMessageAttributes: md5OfAttributes(attributes),
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, { dataType, stringValue, binaryValue }]) => [
        name,
        { DataType: dataType, StringValue: stringValue, BinaryValue: binaryValue?.toString("base64") },
      ]),
    ),
  };
}

/** The members that were asked for: by name, by `prefix.*`, or all of them with `All` or `.*`. */
function pick<T>(values: Record<string, T>, wanted: readonly string[]): Record<string, T> {
  const asked = (name: string) =>
    wanted.some(
      (want) =>
        want === "All" || want === ".*" || want === name || (want.endsWith(".*") && name.startsWith(want.slice(0, -2))),
    );
  return Object.fromEntries(Object.entries(values).filter(([name]) => asked(name)));
}

function queueAttributes(queue: Queue): Record<string, string> {
  const { visible, notVisible, delayed } = queue.depth();
  const seconds = (date: Date) => String(Math.floor(date.getTime() / 1000));
  return {
    ...settingsAsAttributes(queue.settings),
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(notVisible),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: seconds(queue.createdAt),
    LastModifiedTimestamp: seconds(queue.changedAt),
  };
}

/** Runs each entry for itself: what one throws is its own failure. */
function runBatch(batch: z.infer<typeof entries>, run: (entry: object) => object): object {
  refuseBatch(batch.map(({ Id }) => Id));
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const { Id, ...entry } of batch) {
    try {
      Successful.push({ Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id, SenderFault: error.status < 500, Code: error.queryCode, Message: error.message });
    }
  }
  return { Successful, Failed };
}

function refuseBatch(ids: string[]): void {
  const refuse = (code: string, message: string) =>
    new AwsError(code, message, 400, { queryCode: `AWS.SimpleQueueService.${code}` });
  if (ids.length === 0) throw refuse("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (ids.length > 10) {
    throw refuse(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are 10. You have sent ${ids.length}.`,
    );
  }
  const wrong = ids.find((id) => !/^[\w-]{1,80}$/.test(id));
  if (wrong !== undefined) throw refuse("InvalidBatchEntryId", `The batch entry id ${wrong} is not valid.`);
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw refuse("BatchEntryIdsNotDistinct", `Id ${repeated} repeated.`);
}

/** Bytes of a whole batch. */
const largestBatch = 1_048_576;

function refuseTooLong(input: unknown): void {
  const { Entries } = readInput(z.looseObject({ Entries: z.array(z.looseObject({ MessageBody: z.string() })) }), input);
  const size = Entries.reduce((sum, { MessageBody }) => sum + sizeOf({ body: MessageBody }), 0);
  if (size <= largestBatch) return;
  throw new AwsError("BatchRequestTooLong", `Batch requests cannot be longer than ${largestBatch} bytes.`, 400, {
    queryCode: "AWS.SimpleQueueService.BatchRequestTooLong",
  });
}

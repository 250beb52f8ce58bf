import { md5, md5OfAttributes, type ReceivedMessage } from "../sqs/message";

/** The event that Lambda makes of a batch. Source: Lambda Developer Guide, "Example SQS event". */
export function sqsEvent(messages: readonly ReceivedMessage[], queueArn: string, region: string) {
  return {
    Records: messages.map(({ messageId, receiptHandle, body, systemAttributes, attributes }) => ({
      messageId,
      receiptHandle,
      body,
      attributes: systemAttributes,
      messageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, { binaryValue, ...attribute }]) => [
          name,
          {
            ...attribute,
            ...(binaryValue && { binaryValue: binaryValue.toString("base64") }),
            stringListValues: [],
            binaryListValues: [],
          },
        ]),
      ),
      md5OfMessageAttributes: md5OfAttributes(attributes),
      md5OfBody: md5(body),
      eventSource: "aws:sqs",
      eventSourceARN: queueArn,
      awsRegion: region,
    })),
  };
}

/**
 * The messages of a batch that a function did not process. With `ReportBatchItemFailures` its answer names them; an
 * answer that is not as documented, or names a message that is not in the batch, fails them all.
 * Source: Lambda Developer Guide, "Success and failure conditions" of SQS batch responses.
 */
export function failedMessages(messages: readonly ReceivedMessage[], answer: string): readonly ReceivedMessage[] {
  const response: unknown = JSON.parse(answer);
  if (response === null) return [];
  if (typeof response !== "object") return messages;
  const failures = "batchItemFailures" in response ? response.batchItemFailures : undefined;
  if (failures === undefined || failures === null) return [];
  if (!Array.isArray(failures)) return messages;
  const ids = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  const known = new Set<unknown>(messages.map(({ messageId }) => messageId));
  if (!ids.every((id) => known.has(id))) return messages;
  return messages.filter(({ messageId }) => ids.includes(messageId));
}

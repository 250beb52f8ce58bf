import type { MessageAttributes } from "../sqs/message";

/** A message as its publisher gives it. */
export interface Publication {
  message: string;
  /** At most 100 printable ASCII characters. */
  subject?: string;
  attributes?: MessageAttributes;
  /** `json`: `message` is an object of texts by protocol, with a `default`. */
  messageStructure?: "json";
}

/** One message on its way to one subscription. */
export interface Notification {
  messageId: string;
  topicArn: string;
  subscriptionArn: string;
  subject?: string;
  message: string;
  attributes: MessageAttributes;
  at: Date;
}

/** Nobody verifies signatures on this machine, so none is made; the text says so instead of looking like one. */
const signature = "not-signed-by-the-local-stand-in";

/** The JSON that a subscriber gets who did not ask for raw delivery. Source: SNS Developer Guide, "Parsing message formats". */
export function notificationEnvelope(notification: Notification): string {
  return JSON.stringify({
    Type: "Notification",
    ...content(notification),
    SignatureVersion: "1",
    Signature: signature,
    SigningCertURL: signature,
    UnsubscribeURL: unsubscribeUrl(notification),
    ...(Object.keys(notification.attributes).length > 0 && {
      MessageAttributes: attributeMap(notification.attributes),
    }),
  });
}

/** The event that a subscribed Lambda function gets. Source: Lambda Developer Guide, "Using AWS Lambda with Amazon SNS". */
export function lambdaEvent(notification: Notification): object {
  const { subject = null, attributes, subscriptionArn } = notification;
  return {
    Records: [
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        EventSubscriptionArn: subscriptionArn,
        Sns: {
          Type: "Notification",
          ...content(notification),
          Subject: subject,
          SignatureVersion: "1",
          Signature: signature,
          SigningCertUrl: signature,
          UnsubscribeUrl: unsubscribeUrl(notification),
          MessageAttributes: attributeMap(attributes),
        },
      },
    ],
  };
}

const content = ({ messageId, topicArn, subject, message, at }: Notification) => ({
  MessageId: messageId,
  TopicArn: topicArn,
  ...(subject !== undefined && { Subject: subject }),
  Message: message,
  Timestamp: at.toISOString(),
});

function unsubscribeUrl({ topicArn, subscriptionArn }: Notification): string {
  const region = topicArn.split(":")[3];
  return `https://sns.${region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`;
}

function attributeMap(attributes: MessageAttributes): Record<string, { Type: string; Value: string | undefined }> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { dataType, stringValue, binaryValue }]) => [
      name,
      { Type: dataType, Value: binaryValue?.toString("base64") ?? stringValue },
    ]),
  );
}

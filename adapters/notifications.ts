import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import type { Notification } from "../domain/notification";

/** Tells a partner, through the topic's subscriptions, which filter on the attributes `partner` and `event`. */
export type PublishNotification = (notification: Notification) => Promise<void>;

export function publishNotification(sns: Pick<SNSClient, "send">, topicArn: string): PublishNotification {
  return async ({ partner, event, subject, message }) => {
    await sns.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: subject,
        Message: message,
        MessageAttributes: {
          partner: { DataType: "String", StringValue: partner },
          event: { DataType: "String", StringValue: event },
        },
      }),
    );
  };
}

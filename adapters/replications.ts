import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import { replicationText } from "../domain/events/replication";
import type { Replicate } from "../domain/ledger/transfers/settling";

/** Gives orders to the function that copies files to the file system, through a topic. */
export function publishReplication(sns: Pick<SNSClient, "send">, topicArn: string): Replicate {
  return async (replication) => {
    await sns.send(
      new PublishCommand({
        TopicArn: topicArn,
        Message: replicationText(replication),
        MessageAttributes: { event: { DataType: "String", StringValue: replication.kind } },
      }),
    );
  };
}

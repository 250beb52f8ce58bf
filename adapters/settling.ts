import type { SNSClient } from "@aws-sdk/client-sns";
import type { Settling } from "../domain/ledger/transfers/settling";
import { required } from "./environment";
import { publishReplication } from "./replications";

/** What the stack does with a file before it is passed on: `SCAN`, and `REPLICATION_TOPIC_ARN` (empty: no file system). */
export function settling(sns: Pick<SNSClient, "send">): Settling {
  const scan = required("SCAN");
  if (scan !== "none" && scan !== "guardduty") throw new Error(`SCAN is "${scan}"; it is none or guardduty`);
  const topicArn = process.env.REPLICATION_TOPIC_ARN ?? "";
  return { scan, replicate: topicArn === "" ? null : publishReplication(sns, topicArn) };
}

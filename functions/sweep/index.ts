import { BatchClient } from "@aws-sdk/client-batch";
import { SNSClient } from "@aws-sdk/client-sns";
import { submitDrainJob } from "../../adapters/drain-jobs";
import { required } from "../../adapters/environment";
import { connectLedger } from "../../adapters/ledger";
import { log } from "../../adapters/log";
import { publishNotification } from "../../adapters/notifications";
import { settling } from "../../adapters/settling";
import { type SweepCounts, sweep } from "./sweep";
import { unconfirmedPolicy } from "./unconfirmed-policy";

const sns = new SNSClient();
const dependencies = {
  ledger: connectLedger(),
  submitDrainJob: submitDrainJob(new BatchClient(), {
    jobQueue: required("JOB_QUEUE_ARN"),
    sendJobDefinition: required("SEND_JOB_DEFINITION_ARN"),
    transformJobDefinition: required("TRANSFORM_JOB_DEFINITION_ARN"),
  }),
  publish: publishNotification(sns, required("NOTIFICATION_TOPIC_ARN")),
  ...settling(sns),
  unconfirmedAfterSeconds: Number(required("UNCONFIRMED_AFTER_SECONDS")),
  unconfirmedPolicy: unconfirmedPolicy(required("UNCONFIRMED_POLICY")),
  log,
};

export async function handler(): Promise<SweepCounts> {
  return sweep(dependencies);
}

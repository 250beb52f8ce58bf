import { BatchClient } from "@aws-sdk/client-batch";
import { SNSClient } from "@aws-sdk/client-sns";
import type { Context } from "aws-lambda";
import { submitDrainJob } from "../../adapters/drain-jobs";
import { required } from "../../adapters/environment";
import { connectLedger } from "../../adapters/ledger";
import { log } from "../../adapters/log";
import { publishNotification } from "../../adapters/notifications";
import { settling } from "../../adapters/settling";
import { waitingJobs } from "../../adapters/waiting-jobs";
import { type SweepCounts, sweep } from "./sweep";
import { unconfirmedPolicy } from "./unconfirmed-policy";

const sns = new SNSClient();
const batch = new BatchClient();
const dependencies = {
  ledger: connectLedger(),
  submitDrainJob: submitDrainJob(batch, {
    jobQueue: required("JOB_QUEUE_ARN"),
    sendJobDefinition: required("SEND_JOB_DEFINITION_ARN"),
    transformJobDefinition: required("TRANSFORM_JOB_DEFINITION_ARN"),
  }),
  waitingJobs: waitingJobs(batch),
  publish: publishNotification(sns, required("NOTIFICATION_TOPIC_ARN")),
  ...settling(sns),
  unconfirmedAfterSeconds: Number(required("UNCONFIRMED_AFTER_SECONDS")),
  unconfirmedPolicy: unconfirmedPolicy(required("UNCONFIRMED_POLICY")),
  log,
};

export async function handler(_event: unknown, context: Context): Promise<SweepCounts> {
  return sweep({ ...dependencies, millisecondsLeft: () => context.getRemainingTimeInMillis() });
}

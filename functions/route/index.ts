import { BatchClient } from "@aws-sdk/client-batch";
import { SNSClient } from "@aws-sdk/client-sns";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { submitDrainJob } from "../../adapters/drain-jobs";
import { required } from "../../adapters/environment";
import { ignoredNames } from "../../adapters/ignored-names";
import { connectLedger } from "../../adapters/ledger";
import { log } from "../../adapters/log";
import { publishNotification } from "../../adapters/notifications";
import { settling } from "../../adapters/settling";
import { route } from "./route";

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
  bucket: required("BUCKET"),
  ignoredNames: ignoredNames(),
  log,
};

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  return route(event, dependencies);
}

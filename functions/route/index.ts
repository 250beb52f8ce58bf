import { BatchClient } from "@aws-sdk/client-batch";
import { SNSClient } from "@aws-sdk/client-sns";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { submitDrainJob } from "../../adapters/drain-jobs";
import { required } from "../../adapters/environment";
import { connectLedger } from "../../adapters/ledger";
import { log } from "../../adapters/log";
import { publishNotification } from "../../adapters/notifications";
import { route } from "./route";

const dependencies = {
  ledger: connectLedger(),
  submitDrainJob: submitDrainJob(new BatchClient(), {
    jobQueue: required("JOB_QUEUE_ARN"),
    sendJobDefinition: required("SEND_JOB_DEFINITION_ARN"),
    transformJobDefinition: required("TRANSFORM_JOB_DEFINITION_ARN"),
  }),
  publish: publishNotification(new SNSClient(), required("NOTIFICATION_TOPIC_ARN")),
  bucket: required("BUCKET"),
  ignoredNames: (process.env.IGNORED_NAMES ?? "").split(",").filter((glob) => glob !== ""),
  log,
};

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  return route(event, dependencies);
}

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { BatchClient } from "@aws-sdk/client-batch";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { submitDrainJob } from "../../adapters/drain-jobs";
import { required } from "../../adapters/environment";
import { connectLedger } from "../../adapters/ledger";
import { log } from "../../adapters/log";
import { publishNotification } from "../../adapters/notifications";
import { retryDelay } from "../../domain/retry";
import { readObject } from "../read-object";
import { requestHandler } from "../request-handler";
import { runJob } from "../run-job";
import { tellPartner } from "../tell-partner";
import { converters } from "./converters";
import { memoryLimit } from "./memory-limit";
import { transform } from "./transform";
import { uploadResult } from "./upload-result";

const s3 = new S3Client({ requestHandler });
const bucket = required("BUCKET");
const job = {
  queue: required("QUEUE"),
  owner: randomUUID(),
  readObject: readObject(s3, bucket),
  uploadResult: uploadResult(s3, bucket),
  // Beside this one's bundle.
  convert: converters({ script: join(__dirname, "converter.js") }).convert,
  submitJob: submitDrainJob(new BatchClient({ requestHandler }), {
    jobQueue: required("JOB_QUEUE_ARN"),
    sendJobDefinition: required("SEND_JOB_DEFINITION_ARN"),
  }),
  tell: tellPartner(publishNotification(new SNSClient({ requestHandler }), required("NOTIFICATION_TOPIC_ARN")), log),
  retryDelay: (attempt: number) => retryDelay(attempt, Math.random()),
};

void runJob(connectLedger(), log, async (running) =>
  transform({ ...job, ...running, memoryBytes: await memoryLimit(process.env.ECS_CONTAINER_METADATA_URI_V4) }),
);

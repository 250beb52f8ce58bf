import { randomUUID } from "node:crypto";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { required } from "../../adapters/environment";
import { connectLedger } from "../../adapters/ledger";
import { log } from "../../adapters/log";
import { publishNotification } from "../../adapters/notifications";
import { retryDelay } from "../../domain/retry";
import { readObject } from "../read-object";
import { requestHandler } from "../request-handler";
import { runJob } from "../run-job";
import { tellPartner } from "../tell-partner";
import { connectSftp } from "./connect-sftp";
import { objectStore } from "./object-store";
import { readPushCredentials } from "./push-credentials";
import { send } from "./send";

const s3 = new S3Client({ requestHandler });
const bucket = required("BUCKET");
const credentialsFor = readPushCredentials(new SecretsManagerClient({ requestHandler }));
const publish = publishNotification(new SNSClient({ requestHandler }), required("NOTIFICATION_TOPIC_ARN"));
const job = {
  queue: required("QUEUE"),
  owner: randomUUID(),
  readObject: readObject(s3, bucket),
  store: objectStore(s3, bucket),
  connect: async (destination: Parameters<typeof connectSftp>[0]) =>
    connectSftp(destination, await credentialsFor(destination)),
  tell: tellPartner(publish, log),
  retryDelay: (attempt: number) => retryDelay(attempt, Math.random()),
};

void runJob(connectLedger(), log, (running) => send({ ...job, ...running }));

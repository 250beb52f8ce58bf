import { S3Client } from "@aws-sdk/client-s3";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { required } from "../../adapters/environment";
import { connectLedger } from "../../adapters/ledger";
import { log } from "../../adapters/log";
import { readVersion } from "../../adapters/read-version";
import { fileMode } from "./file-mode";
import { replicate } from "./replicate";

const dependencies = {
  ledger: connectLedger(),
  readVersion: readVersion(new S3Client()),
  mount: {
    path: required("MOUNT_PATH"),
    fileMode: fileMode(process.env.FILE_MODE || "0640"),
    directoryMode: fileMode(process.env.DIRECTORY_MODE || "0750"),
  },
  bucket: required("BUCKET"),
  mirrorDeletions: required("MIRROR_DELETIONS") === "true",
  clock: () => new Date(),
  log,
};

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  return replicate(event, dependencies);
}

import { dirname } from "node:path";
import type { AwsCredentials } from "../aws-endpoint/credentials";
import type { Job } from "./job";

export interface JobSurroundings {
  region: string;
  endpointUrl: string;
  queueName: string;
  /** PEM file for jobs that name authorities of their own. */
  certificateAuthorityFile: string;
  /** Stands for the container's `/tmp`. */
  temporaryFolder: string | undefined;
  /** Of the job's role; a job without one has none. */
  credentials?: AwsCredentials;
}

/** All that a job's process sees: the image's variables, the job's, and what Batch and Fargate add. */
export function jobEnvironment(
  job: Job,
  imageEnvironment: Record<string, string>,
  around: JobSurroundings,
): Record<string, string> {
  const own = { ...imageEnvironment, ...job.environment };
  // The file it names is in the image, where a RUN may have fetched it; here the authority is another anyway.
  if (own.NODE_EXTRA_CA_CERTS) own.NODE_EXTRA_CA_CERTS = around.certificateAuthorityFile;
  return {
    HOME: around.temporaryFolder ?? "/tmp",
    ...(around.temporaryFolder !== undefined && { TMPDIR: around.temporaryFolder }),
    ...own,
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    AWS_REGION: around.region,
    AWS_DEFAULT_REGION: around.region,
    AWS_ENDPOINT_URL: around.endpointUrl,
    AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
    AWS_BATCH_JOB_ID: job.id,
    AWS_BATCH_JOB_ATTEMPT: String(job.attempts.length + 1),
    AWS_BATCH_JQ_NAME: around.queueName,
    ...(around.credentials && {
      AWS_ACCESS_KEY_ID: around.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: around.credentials.secretAccessKey,
      AWS_SESSION_TOKEN: around.credentials.sessionToken,
    }),
  };
}

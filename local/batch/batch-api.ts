import * as z from "zod";
import { AwsError } from "../aws-endpoint/aws-error";
import { readInput } from "../aws-endpoint/json-protocol";
import { answerRestJson, type RestOperation } from "../aws-endpoint/rest-json-protocol";
import type { AwsService } from "../aws-endpoint/service";
import type { BatchService } from "./batch-service";
import { jobDetail } from "./job";
import { variables } from "./job-definition";

const exitRule = z.strictObject({
  action: z
    .string()
    .toUpperCase()
    .pipe(z.enum(["RETRY", "EXIT"])),
  onExitCode: z.string().optional(),
  onReason: z.string().optional(),
  onStatusReason: z.string().optional(),
});

const submitJob = z.strictObject({
  jobName: z.string().regex(/^[A-Za-z0-9][\w-]{0,127}$/, "is 1 to 128 letters, digits, hyphens and underscores"),
  jobQueue: z.string(),
  jobDefinition: z.string(),
  containerOverrides: z
    .strictObject({
      command: z.array(z.string()).optional(),
      environment: z.array(z.strictObject({ name: z.string().regex(/^(?!AWS_BATCH)/), value: z.string() })).default([]),
      // This machine sets no limits, so there are none to change.
      resourceRequirements: z.array(z.unknown()).optional(),
    })
    .optional(),
  retryStrategy: z
    .strictObject({
      attempts: z.number().min(1).max(10).default(1),
      evaluateOnExit: z.array(exitRule).max(5).default([]),
    })
    .optional(),
  timeout: z.strictObject({ attemptDurationSeconds: z.number().min(60) }).optional(),
  tags: z.record(z.string(), z.string()).default({}),
  propagateTags: z.boolean().optional(),
});

const jobReason = z.strictObject({ jobId: z.string(), reason: z.string().min(1) });

/** Batch's API as far as jobs are concerned; the rest of Batch comes from the program. */
export function batchApi(batch: BatchService): AwsService {
  const { registry } = batch;
  const jobArn = (id: string) => registry.arn(`job/${id}`);
  const routes: Record<string, RestOperation> = {
    "POST /v1/submitjob": async (request, call) => {
      const input = readInput(submitJob, request.json());
      // Batch asks for both, each as the caller names it: a definition without its revision has none in its ARN.
      for (const resource of [registry.definitionArn(input.jobDefinition), registry.queueArn(input.jobQueue)]) {
        call.authorize({ action: "batch:SubmitJob", resource });
      }
      const job = batch.submit({
        name: input.jobName,
        queue: input.jobQueue,
        definition: input.jobDefinition,
        command: input.containerOverrides?.command,
        environment: variables(input.containerOverrides?.environment ?? []),
        retryStrategy: input.retryStrategy,
        attemptDurationSeconds: input.timeout?.attemptDurationSeconds,
        tags: input.tags,
      });
      return { body: { jobArn: job.arn, jobId: job.id, jobName: job.name } };
    },
    "POST /v1/describejobs": async (request, call) => {
      const { jobs } = readInput(z.strictObject({ jobs: z.array(z.string()).max(100) }), request.json());
      call.authorize({ action: "batch:DescribeJobs", resource: "*" });
      return { body: { jobs: jobs.flatMap((id) => batch.find(id.split("/").at(-1) ?? "") ?? []).map(jobDetail) } };
    },
    "POST /v1/listjobs": async (request, call) => {
      const shape = z.strictObject({ jobQueue: z.string(), jobStatus: z.string().default("RUNNING") });
      const { jobQueue, jobStatus } = readInput(shape, request.json());
      call.authorize({ action: "batch:ListJobs", resource: "*" });
      const jobs = batch.list(jobQueue).filter(({ status }) => status === jobStatus);
      return { body: { jobSummaryList: jobs.map(jobDetail).map(({ attempts, ...summary }) => summary) } };
    },
    "POST /v1/terminatejob": async (request, call) => {
      const { jobId, reason } = readInput(jobReason, request.json());
      call.authorize({ action: "batch:TerminateJob", resource: jobArn(jobId) });
      batch.terminate(jobId, reason);
      return { body: {} };
    },
    "POST /v1/canceljob": async (request, call) => {
      const { jobId, reason } = readInput(jobReason, request.json());
      call.authorize({ action: "batch:CancelJob", resource: jobArn(jobId) });
      batch.cancel(jobId, reason);
      return { body: {} };
    },
  };
  const handle: AwsService["handle"] = async (call) => {
    try {
      await answerRestJson(call, routes);
    } catch (error) {
      // Batch has one name for everything that the caller did wrong.
      const isInput = error instanceof AwsError && error.code === "ValidationException";
      throw isInput ? new AwsError("ClientException", error.message) : error;
    }
  };
  return { scope: "batch", handle };
}

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BatchClient,
  CancelJobCommand,
  DescribeJobsCommand,
  ListJobsCommand,
  SubmitJobCommand,
  type SubmitJobCommandInput,
  TerminateJobCommand,
} from "@aws-sdk/client-batch";
import { expect } from "chai";
import { localAccount } from "../aws-endpoint/account";
import { CredentialRegistry } from "../aws-endpoint/credentials";
import { type AwsEndpoint, startAwsEndpoint } from "../aws-endpoint/server";
import type { AccessRequest } from "../aws-endpoint/service";
import { EcrService } from "../ecr/ecr-service";
import { eventually } from "../lambda/lambda-fixture";
import { ManualClock } from "../manual-clock";
import { batchApi } from "./batch-api";
import { batchHandlers } from "./batch-handlers";
import { type BatchEvent, BatchService } from "./batch-service";

const jobRole = "arn:aws:iam::000000000000:role/job";

describe("the local Batch", () => {
  let folder: string;
  let endpoint: AwsEndpoint;
  let client: BatchClient;
  let batch: BatchService;
  let ecr: EcrService;
  const clock = new ManualClock();
  const credentials = new CredentialRegistry();
  const events: BatchEvent[] = [];
  const accesses: AccessRequest[] = [];

  beforeEach(async () => {
    events.length = 0;
    accesses.length = 0;
    folder = await mkdtemp(join(tmpdir(), "quayside-batch-test-"));
    endpoint = await startAwsEndpoint({ credentials, authorize: (access) => void accesses.push(access) });
    const account = localAccount();
    ecr = new EcrService(account);
    batch = new BatchService({
      ...{ account, credentials, clock, endpointUrl: endpoint.url, images: ecr, concurrency: 2, stopGrace: 100_000 },
      certificateAuthorityFile: "/tmp/authorities.pem",
      putEvent: (event) => void events.push(event),
    });
    endpoint.register(batchApi(batch));
    client = new BatchClient({
      ...{ endpoint: endpoint.url, region: "eu-central-1", maxAttempts: 1 },
      credentials: credentials.issue({ roleArn: "arn:aws:iam::000000000000:role/caller" }),
    });
  });
  afterEach(async () => {
    client.destroy();
    await batch.stop();
    await ecr.stop();
    await endpoint.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const handlers = () => batchHandlers(batch);
  const create = async (type: string, inputs: Record<string, unknown>, name: string) => {
    const handler = handlers()[`aws:batch/${type}`];
    if (!handler) throw new Error(`no handler for ${type}`);
    return (await handler.create(inputs, name)).outputs;
  };
  const definitionInputs = async (script: string, more: Record<string, unknown> = {}, container = {}) => {
    await writeFile(join(folder, "job.js"), script);
    await writeFile(
      join(folder, "Dockerfile"),
      'FROM node:24\nWORKDIR /app\nCOPY job.js ./\nENV FROM_IMAGE=i NODE_EXTRA_CA_CERTS=/etc/rds.pem\nCMD ["node", "job.js"]\n',
    );
    const image = await ecr.push("repository/jobs", folder, join(folder, "Dockerfile"));
    const resourceRequirements = [
      { type: "VCPU", value: "0.25" },
      { type: "MEMORY", value: "512" },
    ];
    return {
      ...{ name: "job", type: "container", platformCapabilities: ["FARGATE"] },
      containerProperties: JSON.stringify({
        ...{ image, resourceRequirements, jobRoleArn: jobRole, executionRoleArn: "arn:aws:iam::000000000000:role/x" },
        command: ["node", "job.js"],
        environment: [{ name: "FROM_DEFINITION", value: "d" }],
        ...container,
      }),
      ...more,
    };
  };
  const deploy = async (script: string, more: Record<string, unknown> = {}, container = {}) => {
    const computeResources = { type: "FARGATE", maxVcpus: 4, subnets: [] };
    const environment = await create(
      "computeEnvironment:ComputeEnvironment",
      { name: "environment", type: "MANAGED", computeResources },
      "environment",
    );
    const orders = [{ order: 1, computeEnvironment: environment.arn }];
    const queue = { name: "queue", priority: 1, state: "ENABLED", computeEnvironmentOrders: orders };
    await create("jobQueue:JobQueue", queue, "queue");
    return create("jobDefinition:JobDefinition", await definitionInputs(script, more, container), "job");
  };
  const submit = async (input: Partial<SubmitJobCommandInput> = {}) => {
    const required = { jobName: "test", jobQueue: "queue", jobDefinition: "job" };
    const { jobId } = await client.send(new SubmitJobCommand({ ...required, ...input }));
    return String(jobId);
  };
  const describeJob = async (id: string) => {
    const { jobs } = await client.send(new DescribeJobsCommand({ jobs: [id] }));
    const job = jobs?.[0];
    if (!job) throw new Error(`job ${id} is unknown`);
    return job;
  };
  const ended = (id: string) =>
    eventually(async () => {
      const job = await describeJob(id);
      expect(job.status).to.be.oneOf(["SUCCEEDED", "FAILED"]);
      return job;
    });
  const lines = (id: string) => batch.find(id)?.log.lines.map(({ text }) => text) ?? [];
  const fault = (call: Promise<unknown>) => call.then(() => "", String);

  it("runs a job's command in the image's folder with the job's environment and role", async () => {
    await deploy("console.log(JSON.stringify({ env: process.env, cwd: process.cwd(), argv: process.argv.slice(2) }))");
    const id = await submit({
      containerOverrides: {
        command: ["node", "job.js", "argument"],
        environment: [{ name: "QUEUE", value: "push:acme/sftp" }],
      },
    });
    const job = await ended(id);
    expect(job).to.deep.include({
      status: "SUCCEEDED",
      jobName: "test",
      statusReason: "Essential container in task exited",
    });
    expect(job.container?.exitCode).to.equal(0);
    const { env, cwd, argv } = JSON.parse(lines(id)[0] ?? "");
    expect(cwd).to.match(/\/app$/);
    expect(argv).to.deep.equal(["argument"]);
    expect(env).to.deep.include({
      FROM_IMAGE: "i",
      FROM_DEFINITION: "d",
      QUEUE: "push:acme/sftp",
      NODE_EXTRA_CA_CERTS: "/tmp/authorities.pem",
      AWS_BATCH_JOB_ID: id,
      AWS_BATCH_JOB_ATTEMPT: "1",
      AWS_BATCH_JQ_NAME: "queue",
      AWS_REGION: "eu-central-1",
      AWS_ENDPOINT_URL: endpoint.url,
    });
    expect(env).to.not.have.any.keys("USER", "npm_config_user_agent", "NODE_CHANNEL_FD");
    // Its credentials ended with it.
    expect(credentials.find(env.AWS_ACCESS_KEY_ID)).to.equal(undefined);
  });

  it("tells of every state, and asks for the right to submit to this queue with this definition", async () => {
    await deploy("");
    const id = await submit();
    await ended(id);
    expect(events.map(({ detail }) => detail.status)).to.deep.equal(["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]);
    expect(events[0]).to.deep.include({
      source: "aws.batch",
      detailType: "Batch Job State Change",
      resources: [`arn:aws:batch:eu-central-1:000000000000:job/${id}`],
    });
    expect(events.at(-1)?.detail).to.deep.include({ jobId: id, jobName: "test" });
    expect(accesses.slice(0, 2).map(({ action, resource }) => [action, resource])).to.deep.equal([
      ["batch:SubmitJob", "arn:aws:batch:eu-central-1:000000000000:job-definition/job"],
      ["batch:SubmitJob", "arn:aws:batch:eu-central-1:000000000000:job-queue/queue"],
    ]);
  });

  it("fails a job whose container fails, after as many attempts as its strategy gives it", async () => {
    await deploy("console.log(process.env.AWS_BATCH_JOB_ATTEMPT); process.exit(3)", { retryStrategy: { attempts: 3 } });
    const id = await submit();
    const job = await ended(id);
    expect(job.status).to.equal("FAILED");
    expect(job.attempts?.map(({ container }) => container?.exitCode)).to.deep.equal([3, 3, 3]);
    expect(lines(id)).to.deep.equal(["1", "2", "3"]);
  });

  it("evaluates an exit by the first rule that matches", async () => {
    const evaluateOnExits = [
      { action: "EXIT", onExitCode: "4*" },
      { action: "retry", onStatusReason: "Essential*" },
    ];
    await deploy("process.exit(process.env.AWS_BATCH_JOB_ATTEMPT === '2' ? 42 : 5)", {
      retryStrategy: { attempts: 5, evaluateOnExits },
    });
    const { attempts } = await ended(await submit());
    expect(attempts?.map(({ container }) => container?.exitCode)).to.deep.equal([5, 42]);
  });

  it("runs no more jobs at once than its compute environment takes, in order", async () => {
    const gate = join(folder, "gate");
    await deploy(
      `const wait = () => require("node:fs").existsSync(${JSON.stringify(gate)}) || setTimeout(wait, 20); wait();`,
    );
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) ids.push(await submit({ jobName: `job-${n}` }));
    const statuses = async () => Promise.all(ids.map(async (id) => (await describeJob(id)).status));
    await eventually(async () => expect(await statuses()).to.deep.equal(["RUNNING", "RUNNING", "RUNNABLE"]));
    const { jobSummaryList } = await client.send(new ListJobsCommand({ jobQueue: "queue", jobStatus: "RUNNABLE" }));
    expect(jobSummaryList?.map(({ jobName }) => jobName)).to.deep.equal(["job-2"]);
    await writeFile(gate, "");
    await Promise.all(ids.map(ended));
    expect(await statuses()).to.deep.equal(["SUCCEEDED", "SUCCEEDED", "SUCCEEDED"]);
  });

  it("ends an attempt that takes too long with SIGTERM, and does not repeat it", async () => {
    await deploy(
      "process.on('SIGTERM', () => { console.log('terminated'); process.exit(0) }); setInterval(() => {}, 1000); console.log('up')",
      { timeout: { attemptDurationSeconds: 60 }, retryStrategy: { attempts: 3 } },
    );
    const id = await submit();
    await eventually(() => expect(lines(id)).to.deep.equal(["up"]));
    clock.advance(60_000);
    const job = await ended(id);
    expect(job).to.deep.include({ status: "FAILED", statusReason: "Job attempt duration exceeded timeout" });
    expect(job.attempts).to.have.length(1);
    expect(lines(id)).to.deep.equal(["up", "terminated"]);
  });

  it("kills what ignores SIGTERM when the grace is over", async () => {
    await deploy(
      "process.on('SIGTERM', () => console.log('ignored')); setInterval(() => {}, 1000); console.log('pid ' + process.pid)",
    );
    const id = await submit();
    await eventually(() => expect(lines(id)).to.have.length(1));
    await client.send(new TerminateJobCommand({ jobId: id, reason: "enough" }));
    await eventually(() => expect(lines(id)).to.have.length(2));
    clock.advance(100_000);
    const job = await ended(id);
    expect(job).to.deep.include({ status: "FAILED", statusReason: "enough", isTerminated: true });
    expect(job.container?.exitCode).to.equal(137);
  });

  it("cancels a job that waits, and lets a running one run", async () => {
    await deploy("setInterval(() => {}, 1000)");
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) ids.push(await submit());
    const [running = "", , waiting = ""] = ids;
    await eventually(async () => expect((await describeJob(running)).status).to.equal("RUNNING"));
    for (const jobId of [running, waiting]) await client.send(new CancelJobCommand({ jobId, reason: "not needed" }));
    expect(await describeJob(waiting)).to.deep.include({ status: "FAILED", statusReason: "not needed" });
    expect((await describeJob(running)).status).to.equal("RUNNING");
  });

  it("leaves no process when it stops", async () => {
    await deploy("setInterval(() => {}, 1000); console.log('pid ' + process.pid)");
    const id = await submit();
    const pid = await eventually(() => {
      expect(lines(id)).to.have.length(1);
      return Number(lines(id)[0]?.slice(4));
    });
    process.kill(pid, 0);
    await batch.stop();
    expect(() => process.kill(pid, 0)).to.throw("ESRCH");
  });

  it("starts the newest revision, and the image with which it was registered", async () => {
    const { arnPrefix, revision } = await deploy("console.log('old')");
    expect(revision).to.equal(1);
    const inputs = await definitionInputs("console.log('new')");
    const update = await handlers()["aws:batch/jobDefinition:JobDefinition"]?.update?.("job", inputs, {});
    expect(update?.outputs).to.deep.include({ revision: 2, arnPrefix, arn: `${arnPrefix}:2` });
    const id = await submit({ jobDefinition: String(arnPrefix) });
    expect((await ended(id)).jobDefinition).to.equal(`${arnPrefix}:2`);
    expect(lines(id)).to.deep.equal(["new"]);
    expect(await fault(submit({ jobDefinition: `${arnPrefix}:1` }))).to.contain("not found or not ACTIVE");
  });

  it("fails a job whose image or command is not there", async () => {
    await deploy("", {}, { image: "elsewhere/jobs:latest" });
    const noImage = await ended(await submit());
    expect(noImage.container?.reason).to.contain("elsewhere/jobs:latest is in no local repository");
    const second = await definitionInputs("", { name: "second" }, { command: ["absent-program"] });
    await create("jobDefinition:JobDefinition", second, "second");
    const noCommand = await ended(await submit({ jobDefinition: "second" }));
    expect(noCommand).to.deep.include({ status: "FAILED", statusReason: "Task failed to start" });
    expect(noCommand.container?.reason).to.contain("absent-program");
  });

  it("refuses what does not exist or is not implemented", async () => {
    await deploy("");
    expect(await fault(submit({ jobQueue: "absent" }))).to.equal("ClientException: JobQueue absent not found");
    expect(await fault(submit({ jobDefinition: "absent" }))).to.contain("JobDefinition absent");
    expect(await fault(submit({ dependsOn: [{ jobId: "x" }] }))).to.contain("does not implement dependsOn");
    expect(await fault(submit({ arrayProperties: { size: 3 } }))).to.contain("does not implement arrayProperties");
    expect(await fault(submit({ jobName: "a b" }))).to.contain("jobName");
    const defined = (more: Record<string, unknown>, container = {}) =>
      definitionInputs("", more, container).then((inputs) =>
        fault(create("jobDefinition:JobDefinition", inputs, "refused")),
      );
    expect(await defined({ platformCapabilities: ["EC2"] })).to.contain("only FARGATE");
    expect(await defined({}, { privileged: true })).to.contain("privileged");
    expect(await defined({}, { environment: [{ name: "AWS_BATCH_X", value: "" }] })).to.contain("AWS_BATCH");
    expect(await defined({}, { executionRoleArn: undefined })).to.contain("execution role");
  });
});

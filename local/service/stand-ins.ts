import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ApiGatewayService } from "../api-gateway/api-gateway-service";
import { type AwsAccount, localAccount } from "../aws-endpoint/account";
import { CredentialRegistry } from "../aws-endpoint/credentials";
import { FailedDeliveries } from "../aws-endpoint/failed-deliveries";
import { type AwsEndpoint, startAwsEndpoint } from "../aws-endpoint/server";
import { batchApi } from "../batch/batch-api";
import { BatchService } from "../batch/batch-service";
import { systemClock } from "../clock";
import { startCognitoServer } from "../cognito/cognito-server";
import { CognitoService } from "../cognito/cognito-service";
import { EcrService } from "../ecr/ecr-service";
import { EfsService } from "../efs/efs-service";
import type { BusEvent } from "../eventbridge/event";
import { EventBridge } from "../eventbridge/event-bridge";
import { MalwareProtection } from "../guardduty/malware-protection";
import { lambdaApi } from "../lambda/lambda-api";
import { LambdaService } from "../lambda/lambda-service";
import type { ResourceHandlers } from "../program/handler";
import { createCertificateAuthority } from "../rds/certificate-authority";
import { RdsService } from "../rds/rds-service";
import { createS3, type S3 } from "../s3/create-s3";
import { SecretsManager } from "../secrets-manager/secrets-manager";
import type { InvokeLambda } from "../sns/delivery";
import { Sns } from "../sns/sns";
import { Sqs } from "../sqs/sqs";
import { TransferServers } from "../transfer/transfer-servers";
import { standInHandlers } from "./stand-in-handlers";

/** One line of output of a function, a job or an endpoint. */
export interface StandInLog {
  /** `lambda/quayside-dev-route`, `batch/send-…`, `transfer/s-…`, `fault`. */
  from: string;
  line: string;
}

/** The services of AWS that have a stand-in on this machine. */
export interface StandInServices {
  account: AwsAccount;
  endpoint: AwsEndpoint;
  credentials: CredentialRegistry;
  batch: BatchService;
  cognito: CognitoService;
  databases: RdsService;
  events: EventBridge;
  files: EfsService;
  gateway: ApiGatewayService;
  images: EcrService;
  lambda: LambdaService;
  protection: MalwareProtection;
  queues: Sqs;
  s3: S3;
  secrets: SecretsManager;
  topics: Sns;
  transfer: TransferServers;
  /** What one service could not deliver to another. */
  failures: FailedDeliveries;
}

/** Everything that stands for AWS on this machine, and the handlers that put the program's resources onto it. */
export interface StandIns extends StandInServices {
  handlers: ResourceHandlers;
  /** Stops every server and process. The folder is the caller's to remove. */
  stop(): Promise<void>;
}

export interface StandInOptions {
  /** An empty folder for everything that is kept: objects, files, certificates, code. */
  folder: string;
  /**
   * Where databases make their folders; the system's own temporary folder unless told. Where root starts them they run
   * as another user, who must get there.
   */
  databaseFolder?: string;
  region: string;
  onLog: (log: StandInLog) => void;
}

/** Starts every stand-in that is there before the program runs; databases and endpoints start as the program asks for them. */
export async function startStandIns(options: StandInOptions): Promise<StandIns> {
  const started = new AsyncDisposableStack();
  try {
    const services = await start(options, started);
    return { ...services, handlers: standInHandlers(services), stop: () => started.disposeAsync() };
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}

type Log = (from: string, line: string) => void;

/** @param started the last to be put there stops first: what brings work, then what does it, then what it is kept in */
async function start(
  { folder, databaseFolder, region, onLog }: StandInOptions,
  started: AsyncDisposableStack,
): Promise<StandInServices> {
  const log: Log = (from, line) => onLog({ from, line });
  const onFault = (error: unknown) =>
    log("fault", error instanceof Error ? (error.stack ?? String(error)) : `${error}`);
  const failures = new FailedDeliveries();
  failures.onFailure((failed) => log("fault", `not delivered: ${JSON.stringify(failed)}`));

  const account = localAccount(region);
  const credentials = new CredentialRegistry();
  const endpoint = await startAwsEndpoint({ credentials, onFault });
  started.defer(() => endpoint.stop());
  const cognitoServer = await startCognitoServer(folder);
  started.defer(() => cognitoServer.stop());
  const base: Base = { account, credentials, endpointUrl: endpoint.url, failures, log };

  const { databases, secrets, surroundings } = await startDatabases(base, { folder, databaseFolder }, started);
  const images = new EcrService(account, folder);
  started.defer(() => images.stop());
  const files = new EfsService(account, join(folder, "efs"));
  const { queues, topics, events, lambda } = messaging(base, { ...surroundings, files });
  const s3 = await startS3(base, join(folder, "s3"), { topics, events });
  started.defer(() => s3.close());
  started.defer(() => queues.stop());
  const batch = batchService(base, { ...surroundings, images, events });
  started.defer(async () => void (await Promise.all([lambda.stop(), batch.stop()])));
  started.defer(() => events.stop());
  const protection = new MalwareProtection({ account, s3, putEvent: (event) => events.put(event) });
  started.defer(() => protection.stop());
  const transfer = transferServers(base, folder, events);
  started.defer(() => transfer.stop());
  const gateway = new ApiGatewayService({
    ...{ account, lambda, endpointUrl: endpoint.url },
    onProblem: (line) => log("fault", line),
  });
  const cognito = new CognitoService(account, cognitoServer);
  for (const service of [s3, queues, topics, events, secrets, cognito, gateway, lambdaApi(lambda), batchApi(batch)]) {
    endpoint.register(service);
  }
  return {
    ...{ account, endpoint, credentials, failures },
    ...{ batch, cognito, databases, events, files, gateway, images, lambda, protection, queues, s3, secrets, topics },
    transfer,
  };
}

interface Base {
  account: AwsAccount;
  credentials: CredentialRegistry;
  endpointUrl: string;
  failures: FailedDeliveries;
  log: Log;
}

/** What functions and jobs see of this machine. */
interface Surroundings {
  certificateAuthorityFile: string;
  temporaryFolder: string;
}

async function startDatabases(
  { account, credentials }: Base,
  { folder, databaseFolder }: Pick<StandInOptions, "folder" | "databaseFolder">,
  started: AsyncDisposableStack,
) {
  const authority = await createCertificateAuthority();
  const certificateAuthorityFile = join(folder, "database-authority.pem");
  await writeFile(certificateAuthorityFile, authority.certificate);
  const temporaryFolder = join(folder, "tmp");
  await mkdir(temporaryFolder);
  const secrets = new SecretsManager({ account });
  const databases = new RdsService({
    ...{ account, credentials, authority, ...(databaseFolder && { temporaryFolder: databaseFolder }) },
    createSecret: (secret) => secrets.create(secret),
    deleteSecret: (arn) => void secrets.delete(secrets.secret(arn), { force: true }),
  });
  started.defer(() => databases.stop());
  const surroundings: Surroundings = { certificateAuthorityFile, temporaryFolder };
  return { databases, secrets, surroundings };
}

function messaging(
  { account, credentials, endpointUrl, failures, log }: Base,
  { files, ...surroundings }: Surroundings & { files: EfsService },
) {
  const queues = new Sqs({ account, endpointUrl });
  const lambda = new LambdaService({
    ...{ account, endpointUrl, credentials, ...surroundings },
    queueOf: (arn) => queues.queue(arn),
    mountedFolder: (accessPointArn) => files.mountedFolder(accessPointArn),
    onLog: ({ source, text }) => log(`lambda/${source}`, text),
  });
  const invokeLambda: InvokeLambda = (arn, payload, source) => lambda.invokeEvent(arn, payload, source);
  const topics = new Sns({ account, queues, invokeLambda, failures });
  const events = new EventBridge({ account, queues, topics, invokeLambda, failures });
  return { queues, topics, events, lambda };
}

async function startS3(
  { account, log }: Base,
  folder: string,
  { topics, events }: Pick<StandInServices, "topics" | "events">,
): Promise<S3> {
  return createS3({
    ...{ folder, account },
    publish: ({ topicArn, subject, message, sourceArn }) => {
      topics.publishAsService({ service: "s3.amazonaws.com", sourceArn, topicArn, message: { message, subject } });
    },
    // The topics record what they refuse themselves; this is what else can go wrong.
    undelivered: ({ to, reason }) => log("fault", `S3 could not deliver an event to ${to}: ${reason}`),
    eventBridge: passOn(events),
  });
}

/** Puts events on the bus that a service has made already. */
const passOn = (events: EventBridge) => (event: BusEvent) =>
  void events.put({ ...event, detailType: event["detail-type"], time: new Date(event.time) });

function batchService(
  { account, credentials, endpointUrl, log }: Base,
  { images, events, ...surroundings }: Surroundings & Pick<StandInServices, "images" | "events">,
): BatchService {
  return new BatchService({
    ...{ account, endpointUrl, credentials, images, ...surroundings },
    putEvent: (event) => void events.put(event),
    onLog: ({ source, text }) => log(`batch/${source}`, text),
  });
}

function transferServers(
  { account, credentials, endpointUrl, log }: Base,
  temporaryFolder: string,
  events: EventBridge,
): TransferServers {
  return new TransferServers({
    ...{ account, credentials, temporaryFolder, clock: systemClock, s3Endpoint: endpointUrl },
    putEvent: passOn(events),
    log: (line, { serverId }) => log(`transfer/${serverId}`, line),
  });
}

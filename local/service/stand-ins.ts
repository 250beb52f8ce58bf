import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { apiGatewayHandlers } from "../api-gateway/api-gateway-handlers";
import { ApiGatewayService } from "../api-gateway/api-gateway-service";
import { type AwsAccount, localAccount } from "../aws-endpoint/account";
import { CredentialRegistry } from "../aws-endpoint/credentials";
import { FailedDeliveries } from "../aws-endpoint/failed-deliveries";
import { type AwsEndpoint, startAwsEndpoint } from "../aws-endpoint/server";
import { batchApi } from "../batch/batch-api";
import { batchHandlers } from "../batch/batch-handlers";
import { BatchService } from "../batch/batch-service";
import { systemClock } from "../clock";
import { cognitoHandlers } from "../cognito/cognito-handlers";
import { startCognitoServer } from "../cognito/cognito-server";
import { CognitoService } from "../cognito/cognito-service";
import { ecrHandlers } from "../ecr/ecr-handlers";
import { EcrService } from "../ecr/ecr-service";
import { EventBridge } from "../eventbridge/event-bridge";
import { eventBridgeHandlers } from "../eventbridge/handlers";
import { lambdaApi } from "../lambda/lambda-api";
import { lambdaHandlers } from "../lambda/lambda-handlers";
import { LambdaService } from "../lambda/lambda-service";
import type { ResourceHandlers } from "../program/handler";
import { createCertificateAuthority } from "../rds/certificate-authority";
import { rdsHandlers } from "../rds/rds-handlers";
import { RdsService } from "../rds/rds-service";
import { recordedHandlers } from "../recorded/recorded-handlers";
import { createS3, type S3 } from "../s3/create-s3";
import { s3Handlers } from "../s3/s3-handlers";
import { secretsManagerHandlers } from "../secrets-manager/handlers";
import { SecretsManager } from "../secrets-manager/secrets-manager";
import type { InvokeLambda } from "../sns/delivery";
import { snsHandlers } from "../sns/handlers";
import { Sns } from "../sns/sns";
import { sqsHandlers } from "../sqs/handlers";
import { Sqs } from "../sqs/sqs";
import { transferHandlers } from "../transfer/transfer-handlers";
import { TransferServers } from "../transfer/transfer-servers";

/** One line of output of a function, a job or an endpoint. */
export interface StandInLog {
  /** `lambda/quayside-dev-route`, `batch/send-…`, `transfer/s-…`, `fault`. */
  from: string;
  line: string;
}

/** Everything that stands for AWS on this machine, and the handlers that put the program's resources onto it. */
export interface StandIns {
  account: AwsAccount;
  endpoint: AwsEndpoint;
  credentials: CredentialRegistry;
  handlers: ResourceHandlers;
  batch: BatchService;
  events: EventBridge;
  lambda: LambdaService;
  queues: Sqs;
  databases: RdsService;
  s3: S3;
  secrets: SecretsManager;
  topics: Sns;
  transfer: TransferServers;
  /** What one service could not deliver to another. */
  failures: FailedDeliveries;
  /** Stops every server and process. The folder is the caller's to remove. */
  stop(): Promise<void>;
}

/** Starts every stand-in that is there before the program runs; databases and endpoints start as the program asks for them. */
export async function startStandIns({
  folder,
  region,
  onLog,
}: {
  /** An empty folder for objects and certificates. */
  folder: string;
  region: string;
  onLog: (log: StandInLog) => void;
}): Promise<StandIns> {
  const account = localAccount(region);
  const credentials = new CredentialRegistry();
  const failures = new FailedDeliveries();
  const onFault = (error: unknown) =>
    onLog({ from: "fault", line: error instanceof Error ? (error.stack ?? String(error)) : String(error) });
  failures.onFailure((failed) => onLog({ from: "fault", line: `not delivered: ${JSON.stringify(failed)}` }));

  const [endpoint, cognitoServer, authority] = await Promise.all([
    startAwsEndpoint({ credentials, onFault }),
    startCognitoServer(),
    createCertificateAuthority(),
  ]);
  const endpointUrl = endpoint.url;
  const certificateAuthorityFile = join(folder, "database-authority.pem");
  await writeFile(certificateAuthorityFile, authority.certificate);

  const secrets = new SecretsManager({ account });
  const databases = new RdsService({
    ...{ account, credentials, authority },
    createSecret: (secret) => secrets.create(secret),
    deleteSecret: (arn) => void secrets.delete(secrets.secret(arn), { force: true }),
  });
  const queues = new Sqs({ account, endpointUrl });
  const lambda = new LambdaService({
    ...{ account, endpointUrl, credentials, certificateAuthorityFile },
    queueOf: (arn) => queues.queue(arn),
    onLog: ({ source, text }) => onLog({ from: `lambda/${source}`, line: text }),
  });
  const invokeLambda: InvokeLambda = (arn, payload, source) => lambda.invokeEvent(arn, payload, source);
  const topics = new Sns({ account, queues, invokeLambda, failures });
  const events = new EventBridge({ account, queues, topics, invokeLambda, failures });
  const s3 = await createS3({
    folder: join(folder, "s3"),
    account,
    publish: ({ topicArn, subject, message, sourceArn }) => {
      topics.publishAsService({ service: "s3.amazonaws.com", sourceArn, topicArn, message: { message, subject } });
    },
    // The topics record what they refuse themselves; this is what else can go wrong.
    undelivered: ({ to, reason }) =>
      onLog({ from: "fault", line: `S3 could not deliver an event to ${to}: ${reason}` }),
    eventBridge: (event) => void events.put({ ...event, detailType: event["detail-type"], time: new Date(event.time) }),
  });
  const images = new EcrService(account);
  const batch = new BatchService({
    ...{ account, endpointUrl, credentials, certificateAuthorityFile, images },
    putEvent: (event) => void events.put(event),
    onLog: ({ source, text }) => onLog({ from: `batch/${source}`, line: text }),
  });
  const gateway = new ApiGatewayService({
    account,
    endpointUrl,
    lambda,
    onProblem: (line) => onLog({ from: "fault", line }),
  });
  const cognito = new CognitoService(account, cognitoServer);
  const transfer = new TransferServers({
    ...{ account, credentials, clock: systemClock },
    s3Endpoint: endpointUrl,
    putEvent: (event) => void events.put({ ...event, detailType: event["detail-type"], time: new Date(event.time) }),
    log: (line, { serverId }) => onLog({ from: `transfer/${serverId}`, line }),
  });
  for (const service of [s3, queues, topics, events, secrets, cognito, gateway, lambdaApi(lambda), batchApi(batch)]) {
    endpoint.register(service);
  }
  return {
    ...{
      account,
      endpoint,
      credentials,
      batch,
      databases,
      events,
      lambda,
      queues,
      s3,
      secrets,
      topics,
      transfer,
      failures,
    },
    handlers: {
      ...recordedHandlers(account),
      ...apiGatewayHandlers(gateway),
      ...batchHandlers(batch),
      ...cognitoHandlers(cognito),
      ...ecrHandlers(images),
      ...eventBridgeHandlers(events),
      ...lambdaHandlers(lambda),
      ...rdsHandlers(databases),
      ...s3Handlers(s3),
      ...secretsManagerHandlers(secrets),
      ...snsHandlers(topics),
      ...sqsHandlers(queues),
      ...transferHandlers(transfer),
    },
    async stop() {
      // What brings work first, what does it next, and last what it is kept in.
      await transfer.stop();
      events.stop();
      await Promise.all([lambda.stop(), batch.stop()]);
      queues.stop();
      await Promise.all([s3.close(), images.stop(), cognitoServer.stop(), endpoint.stop(), databases.stop()]);
    },
  };
}

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import type SftpClient from "ssh2-sftp-client";
import { AwsError } from "../aws-endpoint/aws-error";
import { CredentialRegistry } from "../aws-endpoint/credentials";
import { type AwsEndpoint, startAwsEndpoint } from "../aws-endpoint/server";
import type { Principal } from "../aws-endpoint/service";
import { readSignature, signatureMatches } from "../aws-endpoint/signature";
import { systemClock } from "../clock";
import { serviceCaller } from "../s3/caller";
import { createS3, type S3 } from "../s3/create-s3";
import { generateKeyPair } from "../sftp/key-pair";
import { quietClient } from "../sftp/quiet-client";
import { apiGatewayIdentityProvider } from "./api-gateway-identity-provider";
import { type SftpEndpoint, type SftpEndpointOptions, startSftpEndpoint } from "./sftp-endpoint";
import type { TransferEvent } from "./transfer-events";
import { TransferServers, type TransferServersOptions } from "./transfer-servers";

export const account = { accountId: "000000000000", region: "eu-central-1" };
export const serverId = "s-0123456789abcdef0";
export const bucket = "quayside-files";
export const username = "acme-health";
export const password = "corrêct horse";
export const keys = generateKeyPair();
const role = "arn:aws:iam::000000000000:role/transfer";
const adminRole = "arn:aws:iam::000000000000:role/admin";
const invocationRole = "arn:aws:iam::000000000000:role/invocation";

/** What the identity provider was asked. */
export interface IdentityCall {
  /** With the query, as it arrived. */
  target: string;
  headers: IncomingMessage["headers"];
  isSigned: boolean;
}

/** A call that S3 was asked to permit. */
export interface AccessCall {
  action: string;
  resource: string;
  principal: Principal & { sessionName?: string };
}

/** An SFTP endpoint with a real S3 stand-in behind it and an identity provider of the test's own, over HTTP. */
export class EndpointFixture {
  readonly events: TransferEvent[] = [];
  readonly logLines: string[] = [];
  readonly identityCalls: IdentityCall[] = [];
  readonly accessCalls: AccessCall[] = [];
  /** Answers the identity provider's calls; a test may put its own in place. */
  answer: (call: IdentityCall) => { status?: number; body: unknown } = (call) => ({ body: this.identity(call) });
  /** Actions that the role's own policies deny. */
  deniedActions: string[] = [];
  s3!: S3;
  endpoint!: SftpEndpoint;
  folder!: string;
  /** Where the identity provider is, and the role that may ask it. */
  identityUrl!: string;
  readonly invocationRole = invocationRole;
  /** S3 without any limits. */
  admin!: S3Client;
  readonly #registry = new CredentialRegistry();
  readonly #clients: SftpClient[] = [];
  #aws!: AwsEndpoint;
  #identityServer!: Server;

  async start(options: Partial<SftpEndpointOptions> = {}): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), "quayside-endpoint-test-"));
    this.s3 = await createS3({ folder: join(this.folder, "s3"), account });
    await this.s3.createBucket({ bucket });
    this.#aws = await startAwsEndpoint({
      credentials: this.#registry,
      services: [this.s3],
      authorize: (call) => this.#authorize(call),
    });
    this.admin = new S3Client({
      ...{ endpoint: this.#aws.url, region: account.region, forcePathStyle: true },
      credentials: this.#registry.issue({ roleArn: adminRole }),
    });
    this.#identityServer = await this.#startIdentityServer();
    const address = this.#identityServer.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const url = `http://127.0.0.1:${address.port}/prod`;
    this.identityUrl = url;
    const issued = this.#registry.issue({ roleArn: invocationRole });
    const { region } = account;
    const [credentials, clock] = [() => issued, systemClock];
    this.endpoint = await startSftpEndpoint({
      serverId,
      account,
      identityProvider: apiGatewayIdentityProvider({ url, serverId, region, credentials, clock }),
      s3Endpoint: this.#aws.url,
      credentials: this.#registry,
      putEvent: (event) => void this.events.push(event),
      log: (line) => void this.logLines.push(line),
      temporaryFolder: this.folder,
      ...options,
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.end().catch(() => {})));
    await this.endpoint.stop();
    this.admin.destroy();
    await new Promise((resolve) => this.#identityServer.close(resolve));
    await this.#aws.stop();
    await this.s3.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Servers as the program's resources make them, on the same S3 and events. */
  servers(log: TransferServersOptions["log"]): TransferServers {
    return new TransferServers({
      ...{ account, log, clock: systemClock, credentials: this.#registry, s3Endpoint: this.#aws.url },
      putEvent: (event) => void this.events.push(event),
    });
  }

  /** What a provider answers that lets `username` in with its password, or with its key. */
  identity(call: IdentityCall): Record<string, unknown> {
    const given = passwordOf(call);
    const isRight = call.target.includes(`/users/${username}/`) && (given === undefined || given === password);
    if (!isRight) return {};
    return { ...this.granted(), ...(given === undefined && { PublicKeys: [`${keys.publicKey} somebody`] }) };
  }

  granted(): Record<string, unknown> {
    return {
      Role: role,
      HomeDirectoryType: "LOGICAL",
      HomeDirectoryDetails: JSON.stringify([
        { Entry: "/claims", Target: `/${bucket}/acme/claims` },
        { Entry: "/reports/daily", Target: `/${bucket}/acme/reports/daily` },
      ]),
    };
  }

  grant(changes: Record<string, unknown>): void {
    this.answer = (call) => {
      const identity = this.identity(call);
      return { body: "Role" in identity ? { ...identity, ...changes } : identity };
    };
  }

  async connect(options: Partial<SftpClient.ConnectOptions> = {}): Promise<SftpClient> {
    const client = await quietClient({ port: this.endpoint.port, username, password, ...options });
    this.#clients.push(client);
    return client;
  }

  log(): Record<string, unknown>[] {
    return this.logLines.map((line) => JSON.parse(line));
  }

  activities(): unknown[] {
    return this.log().map((entry) => entry["activity-type"]);
  }

  async put(key: string, content: string | Buffer): Promise<void> {
    await this.s3.putObject(serviceCaller("test"), {
      bucket,
      key,
      body: { content: Readable.from([Buffer.from(content)]) },
    });
  }

  async object(key: string): Promise<{ content: Buffer; metadata: Record<string, string> | undefined }> {
    const { Body, Metadata } = await this.admin.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { content: Buffer.from((await Body?.transformToByteArray()) ?? []), metadata: Metadata };
  }

  async text(key: string): Promise<string> {
    return (await this.object(key)).content.toString();
  }

  /** Keys of all objects, in order. */
  async keys(): Promise<string[]> {
    const { Contents = [] } = await this.admin.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key = "" }) => Key);
  }

  /** Files of this machine that hold uploads under way. */
  async spooled(): Promise<string[]> {
    const folders = (await readdir(this.folder)).filter((name) => name.startsWith("quayside-transfer-"));
    return (await Promise.all(folders.map((name) => readdir(join(this.folder, name))))).flat();
  }

  /** From now on nobody answers for the identity provider. */
  async stopIdentityProvider(): Promise<void> {
    this.#identityServer.closeAllConnections();
    await new Promise((resolve) => this.#identityServer.close(resolve));
  }

  #authorize({ action, resource, principal }: AccessCall): void {
    if (principal.roleArn === adminRole) return;
    this.accessCalls.push({ action, resource, principal });
    if (this.deniedActions.includes(action)) throw new AwsError("AccessDenied", "denied", 403);
  }

  async #startIdentityServer(): Promise<Server> {
    const server = createServer((request, response) => {
      const signed = { method: request.method ?? "", target: request.url ?? "", headers: request.headers };
      const signature = readSignature(signed);
      const known = signature && this.#registry.find(signature.accessKeyId);
      const isSigned =
        signature?.service === "execute-api" &&
        known?.principal.roleArn === invocationRole &&
        signatureMatches(signed, signature, signature.payloadHash ?? emptyHash, known.credentials.secretAccessKey);
      const call = { target: signed.target, headers: request.headers, isSigned };
      this.identityCalls.push(call);
      const { status = 200, body } = this.answer(call);
      response.statusCode = status;
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
  }
}

const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

export function passwordOf({ headers }: IdentityCall): string | undefined {
  const { passwordbase64 } = headers;
  return typeof passwordbase64 === "string" ? Buffer.from(passwordbase64, "base64").toString() : undefined;
}

export async function errorOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "no error",
    (error: Error) => error.message,
  );
}

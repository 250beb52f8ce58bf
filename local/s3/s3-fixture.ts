import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client, type S3ClientConfig, S3ServiceException } from "@aws-sdk/client-s3";
import type { AwsCall, Principal } from "../aws-endpoint/service";
import { createS3, type S3, type S3Options } from "./create-s3";

/** A local S3 behind a server of its own, for tests that talk to it with the real SDK. */
export interface S3Fixture {
  s3: S3;
  url: string;
  folder: string;
  client: S3Client;
  /** A further client, signing as this principal, or with other options. */
  clientOf(principal: Principal, config?: S3ClientConfig): S3Client;
  /** Faults of the stand-in itself: what a test expects to stay empty. */
  faults: unknown[];
  /** Ends everything; keeps the folder if asked to. */
  stop(keep?: { folder: true }): Promise<void>;
}

export const tester: Principal = { roleArn: "arn:aws:iam::000000000000:role/tester" };

/** Starts S3 on a folder (a new temporary one by default) and a server that reads the SigV4 scope, no more. */
export async function startS3(
  options: Partial<S3Options> & { authorizeCall?: AwsCall["authorize"] } = {},
): Promise<S3Fixture> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "quayside-s3-")));
  const s3 = await createS3({ ...options, folder });
  const principals = new Map<string, Principal>();
  const clients: S3Client[] = [];
  const faults: unknown[] = [];
  const server = createServer((request, response) => {
    const scope = /Credential=([^/]+)\/\d{8}\/([^/]+)\/s3\/aws4_request/.exec(request.headers.authorization ?? "");
    const principal = principals.get(scope?.[1] ?? "");
    if (principal === undefined) {
      response.writeHead(403).end();
      return;
    }
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const { authorizeCall = () => {} } = options;
    const context = { region: scope?.[2] ?? "", requestId: randomUUID(), signal: new AbortController().signal };
    s3.handle({ principal, request, response, url, authorize: authorizeCall, ...context }).catch((error) => {
      faults.push(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : address}`;
  const clientOf = (principal: Principal, config: S3ClientConfig = {}) => {
    const accessKeyId = `ASIA${randomUUID().replace(/-/g, "").slice(0, 16).toUpperCase()}`;
    principals.set(accessKeyId, principal);
    const credentials = { accessKeyId, secretAccessKey: "secret", sessionToken: "token" };
    const client = new S3Client({ region: s3.account.region, endpoint: url, credentials, maxAttempts: 1, ...config });
    clients.push(client);
    return client;
  };
  return {
    s3,
    url,
    folder,
    client: clientOf(tester),
    clientOf,
    faults,
    async stop(keep) {
      for (const client of clients) client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await s3.close();
      if (!keep) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The error that a call is answered with; fails if it succeeds. */
export async function refusal(call: Promise<unknown>): Promise<S3ServiceException> {
  try {
    await call;
  } catch (error) {
    if (error instanceof S3ServiceException) return error;
    throw error;
  }
  throw new Error("the call succeeded");
}

/** Collects a stream. */
export async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { localAccount } from "../aws-endpoint/account";
import { CredentialRegistry } from "../aws-endpoint/credentials";
import { startAwsEndpoint } from "../aws-endpoint/server";
import type { AccessRequest } from "../aws-endpoint/service";
import type { Properties, ResourceHandler } from "../program/handler";
import type { LogLine } from "./function-log";
import { lambdaApi } from "./lambda-api";
import { lambdaHandlers } from "./lambda-handlers";
import { type LambdaOptions, LambdaService } from "./lambda-service";

export const callerRole = "arn:aws:iam::000000000000:role/caller";
export const functionRole = "arn:aws:iam::000000000000:role/function";

/** For tests: a local Lambda behind a real endpoint, with a client of the SDK. */
export async function startLambda(options: Partial<LambdaOptions> = {}) {
  const credentials = new CredentialRegistry();
  const accesses: AccessRequest[] = [];
  const endpoint = await startAwsEndpoint({ credentials, authorize: (access) => void accesses.push(access) });
  const account = localAccount();
  const folder = await mkdtemp(join(tmpdir(), "quayside-lambda-test-"));
  const lines: LogLine[] = [];
  const lambda = new LambdaService({
    ...{ account, credentials, endpointUrl: endpoint.url },
    certificateAuthorityFile: join(folder, "authorities.pem"),
    onLog: (line) => void lines.push(line),
    ...options,
  });
  endpoint.register(lambdaApi(lambda));
  const { url } = endpoint;
  const client = new LambdaClient({
    endpoint: url,
    region: account.region,
    credentials: credentials.issue({ roleArn: callerRole }),
    maxAttempts: 1,
  });
  const handlers = lambdaHandlers(lambda);
  return {
    ...{ lambda, client, accesses, lines, credentials, folder, url },
    /** Writes files into a folder of their own, and returns the folder as a Pulumi FileArchive would arrive. */
    async code(files: Record<string, string>) {
      const path = await mkdtemp(join(folder, "code-"));
      for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
      return { path: Promise.resolve(path) };
    },
    handler(type: string): ResourceHandler {
      const found = handlers[`aws:lambda/${type}`];
      if (!found) throw new Error(`no handler for ${type}`);
      return found;
    },
    /** Deploys a function whose index.js has this text. Its name is the id. */
    async deploy(name: string, text: string, inputs: Properties = {}) {
      const code = await this.code({ "index.js": text });
      const base = { name, code, handler: "index.handler", runtime: "nodejs24.x", role: functionRole };
      return this.handler("function:Function").create({ ...base, ...inputs }, name);
    },
    async stop() {
      client.destroy();
      await lambda.stop();
      await endpoint.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type LocalLambda = Awaited<ReturnType<typeof startLambda>>;

/** Waits until the check no longer throws; the test's own timeout ends it. */
export async function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await check();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

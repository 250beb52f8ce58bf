import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsError } from "../aws-endpoint/aws-error";

/** A running cognito-local. */
export interface CognitoServer {
  /** Calls an operation such as `AdminGetUser`; throws the AwsError that it answers. */
  call(operation: string, input: object): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

/**
 * Starts cognito-local with no data on a free port of 127.0.0.1. It takes about half a second; start it early.
 * @param temporaryFolder where it gets a folder of its own
 */
export async function startCognitoServer(temporaryFolder = tmpdir()): Promise<CognitoServer> {
  const folder = await mkdtemp(join(temporaryFolder, "quayside-cognito-"));
  await mkdir(join(folder, ".cognito"));
  const config = {
    ServerConfig: { port: 0, hostname: "127.0.0.1" },
    // User names are names, not addresses.
    UserPoolDefaults: { UsernameAttributes: [] },
  };
  await writeFile(join(folder, ".cognito/config.json"), JSON.stringify(config));
  const child = fork(join(__dirname, "server.cjs"), {
    cwd: folder,
    execArgv: [],
    env: { AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: "1" },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    // Out of reach of Ctrl-C on a terminal, which is this process's to answer. It ends with this process all the same.
    detached: true,
  });
  const errors: string[] = [];
  child.stderr?.on("data", (chunk: Buffer) => void errors.push(chunk.toString()));
  const exited = once(child, "exit");
  const stop = async () => {
    child.kill("SIGKILL");
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const port = await Promise.race([
    once(child, "message").then(([message]: { port: number }[]) => message?.port),
    exited.then(() => undefined),
  ]);
  if (port === undefined) {
    await stop();
    throw new Error(`cognito-local did not start: ${errors.join("").trim()}`);
  }
  return { call: (operation, input) => post(`http://127.0.0.1:${port}/`, operation, input), stop };
}

async function post(url: string, operation: string, input: object): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(input),
  });
  const output = (await response.json()) as Record<string, unknown>;
  if (response.ok) return output;
  throw new AwsError(String(output.__type ?? "InternalErrorException"), String(output.message ?? ""), response.status);
}

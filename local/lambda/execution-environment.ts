import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { FunctionLog } from "./function-log";

/** How an invocation ended: the function's result, or with `functionError` what it threw, both as JSON text. */
export interface InvocationResult {
  functionError?: "Unhandled";
  payload: string;
}

export interface ExecutionEnvironmentOptions {
  folder: string;
  environment: Record<string, string>;
  memorySizeMb: number;
  timeoutSeconds: number;
  log: FunctionLog;
}

/** Lambda gives a function's initialisation this long before the first invocation's own timeout starts to count. */
const initialisationSeconds = 10;

/**
 * One environment of a function: a Node process that has loaded its code, and runs one invocation after the other.
 * After a timeout or an exit it cannot be used again, as on AWS.
 */
export class ExecutionEnvironment {
  readonly #child: ChildProcess;
  readonly #options: ExecutionEnvironmentOptions;
  readonly #exited: Promise<unknown>;
  readonly #initialised: Promise<InvocationResult | undefined>;
  #answer: ((message: InvocationResult) => void) | undefined;
  #usable = true;

  constructor(options: ExecutionEnvironmentOptions) {
    this.#options = options;
    this.#child = fork(join(__dirname, "runtime.cjs"), {
      cwd: options.folder,
      env: options.environment,
      execPath: process.execPath,
      // Nothing of this process's own flags (a loader, an inspector) belongs to the function. Lambda leaves V8 about
      // nine tenths of the memory.
      execArgv: [`--max-old-space-size=${Math.floor(options.memorySizeMb * 0.9)}`],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // Out of reach of Ctrl-C on a terminal, which is this process's to answer. It ends with this process all the same.
      detached: true,
    });
    if (this.#child.stdout) options.log.follow(this.#child.stdout, "stdout");
    if (this.#child.stderr) options.log.follow(this.#child.stderr, "stderr");
    this.#exited = once(this.#child, "exit").catch(() => undefined);
    this.#child.on("message", (message: InvocationResult) => this.#answer?.(message));
    this.#child.on("error", () => this.#ended());
    this.#child.on("exit", (code, signal) => this.#ended(code ?? undefined, signal ?? undefined));
    this.#initialised = this.#initialise();
  }

  /** Whether it can take another invocation. */
  get usable(): boolean {
    return this.#usable;
  }

  /** @param payload the event, as JSON text */
  async invoke(payload: string, awsRequestId: string, invokedFunctionArn: string): Promise<InvocationResult> {
    const failed = await this.#initialised;
    if (failed) return failed;
    const deadline = Date.now() + this.#options.timeoutSeconds * 1000;
    const result = this.#nextAnswer(this.#options.timeoutSeconds, awsRequestId);
    if (this.#usable) this.#child.send({ payload, awsRequestId, invokedFunctionArn, deadline }, () => undefined);
    return result;
  }

  async stop(): Promise<void> {
    this.#usable = false;
    this.#child.kill("SIGKILL");
    if (this.#child.pid !== undefined) await this.#exited;
  }

  async #initialise(): Promise<InvocationResult | undefined> {
    const result = await this.#nextAnswer(initialisationSeconds + this.#options.timeoutSeconds, "initialisation");
    if ("ready" in result) return undefined;
    this.#usable = false;
    return result;
  }

  #nextAnswer(seconds: number, awsRequestId: string): Promise<InvocationResult> {
    return new Promise((resolve) => {
      const finish = (result: InvocationResult) => {
        clearTimeout(timer);
        this.#answer = undefined;
        resolve(result);
      };
      const timer = setTimeout(() => {
        this.#usable = false;
        this.#child.kill("SIGKILL");
        const message = `RequestId: ${awsRequestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`;
        finish(failure("Sandbox.Timedout", message));
      }, seconds * 1000);
      this.#answer = finish;
      if (!this.#usable) finish(failure("Runtime.ExitError", `RequestId: ${awsRequestId} Error: Runtime exited`));
    });
  }

  #ended(code?: number, signal?: string): void {
    this.#usable = false;
    const how = signal ? `signal: ${signal}` : code ? `exit status ${code}` : undefined;
    const message = how ? `Runtime exited with error: ${how}` : "Runtime exited without providing a reason";
    this.#answer?.(failure("Runtime.ExitError", `Error: ${message}`));
  }
}

function failure(errorType: string, errorMessage: string): InvocationResult {
  return { functionError: "Unhandled", payload: JSON.stringify({ errorType, errorMessage }) };
}

import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Clock } from "../clock";
import type { FunctionLog } from "../lambda/function-log";

export interface JobProcessOptions {
  /** `node` means the Node that runs this. */
  command: readonly string[];
  folder: string;
  environment: Record<string, string>;
  log: FunctionLog;
  clock: Clock;
}

/** How the container of an attempt ended. */
export interface ContainerExit {
  exitCode?: number;
  reason?: string;
}

/** The process of one attempt at a job. */
export interface JobProcess {
  exited: Promise<ContainerExit>;
  /** SIGTERM, and SIGKILL to whatever is left after the grace, in milliseconds. */
  stop(grace: number): Promise<void>;
}

const signalNumbers: Record<string, number> = { SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

export function startJobProcess({ command, folder, environment, log, clock }: JobProcessOptions): JobProcess {
  const [program = "", ...rest] = command;
  const isNode = program === "node";
  const child = spawn(
    isNode ? process.execPath : program,
    isNode ? ["--require", join(__dirname, "parent-guard.cjs"), ...rest] : rest,
    {
      cwd: folder,
      env: environment,
      // A group of its own, so that what a shell started ends with it, and ^C on a terminal is ours to pass on.
      detached: true,
      stdio: isNode ? ["ignore", "pipe", "pipe", "ipc"] : ["ignore", "pipe", "pipe"],
    },
  );
  if (child.stdout) log.follow(child.stdout, "stdout");
  if (child.stderr) log.follow(child.stderr, "stderr");
  const exited = new Promise<ContainerExit>((resolve) => {
    child.once("error", (error) => resolve({ reason: `CannotStartContainerError: ${error.message}` }));
    child.once("close", (code, signal) => resolve({ exitCode: code ?? 128 + (signalNumbers[signal ?? ""] ?? 0) }));
  });
  const kill = (signal: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  return {
    exited,
    async stop(grace) {
      kill("SIGTERM");
      const cancel = clock.after(grace, () => kill("SIGKILL"));
      await exited;
      cancel();
      kill("SIGKILL");
    },
  };
}

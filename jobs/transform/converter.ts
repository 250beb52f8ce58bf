import { fork } from "node:child_process";
import type { TransformStep } from "../../domain/entitlements";

/** One file to transform, as `TransformRun` explains it. */
export interface ConverterTask {
  inputPath: string;
  outputPath: string;
  steps: readonly TransformStep[];
  workFolder: string;
  memoryBytes: number;
}

/** What a converter answers: that the task is done, or why it is not. */
export type ConverterReply =
  | { isDone: true }
  | {
      isDone: false;
      message: string;
      canPass: boolean;
      forPartner?: string;
    };

/** How its process ended. */
export interface ConverterEnding {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process that transforms files, one at a time. */
export interface Converter {
  ask(task: ConverterTask): Promise<ConverterReply | ConverterEnding>;
  kill: () => void;
  ended: Promise<ConverterEnding>;
}

/** The first message of a converter: it takes tasks now. */
export const readyMessage = "ready";

/**
 * Starts a converter, which takes a quarter of a second. It has no environment, so no credentials either: all it needs
 * of the world is in its tasks.
 *
 * @param script absolute path of the bundle of `converter-process.ts`
 * @throws What it said where it ends before it takes tasks: no file has to do with that.
 */
export async function startConverter(script: string): Promise<Converter> {
  const child = fork(script, [], { env: {}, execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const ended = new Promise<ConverterEnding>((resolve) => {
    child.once("error", () => resolve({ code: null, signal: null }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const answer = () => Promise.race([ended, new Promise<unknown>((resolve) => child.once("message", resolve))]);
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(-2000);
  });
  if ((await answer()) !== readyMessage) {
    child.kill("SIGKILL");
    const { code, signal } = await ended;
    throw new Error(`the converter does not start (${signal ?? `exit code ${code}`}): ${said}`);
  }
  // What it says from now on may quote a file.
  child.stderr?.removeAllListeners("data").resume();
  return {
    ask(task) {
      const reply = answer();
      // Where it cannot be sent, the process has ended, which is the answer.
      child.send(task, () => {});
      return reply as Promise<ConverterReply | ConverterEnding>;
    },
    kill: () => void child.kill("SIGKILL"),
    ended,
  };
}

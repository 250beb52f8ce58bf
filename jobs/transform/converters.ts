import { mkdtemp, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { DeliveryFailure } from "../../domain/delivery-failure";
import {
  type Converter,
  type ConverterEnding,
  type ConverterReply,
  type ConverterTask,
  startConverter,
} from "./converter";

export interface Converters {
  /** Transforms a file. @throws {DeliveryFailure} */
  convert(task: ConverterTask, signal: AbortSignal): Promise<void>;
  /** Ends them all. */
  stop(): Promise<void>;
}

export interface ConverterOptions {
  /** Absolute path of what a converter's process runs. */
  script: string;
  /** Milliseconds after which a file of so many bytes is given up. */
  timeLimit?: (bytes: number) => number;
}

/**
 * Transforms files in processes of their own. A file can end DuckDB, which is native code, or keep it busy for ever;
 * here that ends a process which works on no other file and knows neither ledger nor credentials.
 *
 * A process takes one file after the other, because to start one takes longer than to convert a small file. If it ends
 * under a file that was not its first, those before may be to blame, so a new one has the last word.
 */
export function converters({ script, timeLimit = defaultTimeLimit }: ConverterOptions): Converters {
  const all = new Set<Converter>();
  const idle = new Set<Converter>();
  const start = async () => {
    const converter = await startConverter(script);
    all.add(converter);
    void converter.ended.then(() => all.delete(converter) && idle.delete(converter));
    return converter;
  };
  return {
    async convert(task, signal) {
      const milliseconds = timeLimit((await stat(task.inputPath)).size);
      const attempt = async (converter: Converter) => {
        idle.delete(converter);
        const outcome = await attemptWith(converter, task, milliseconds, signal);
        if ("isDone" in outcome) idle.add(converter);
        return outcome;
      };
      const [used] = idle;
      let outcome = used && (await attempt(used));
      if (outcome === undefined || !("isDone" in outcome)) outcome = await attempt(await start());
      if (!("isDone" in outcome)) throw endedBy(outcome);
      if (!outcome.isDone) throw new DeliveryFailure(outcome.message, outcome);
    },
    async stop() {
      const running = [...all];
      for (const converter of running) converter.kill();
      await Promise.all(running.map(({ ended }) => ended));
    },
  };
}

/** Far more than the slowest conversions take: ten minutes, and a second for each MiB. */
const defaultTimeLimit = (bytes: number) => 600_000 + (bytes / 1024 ** 2) * 1000;

/** Resolves to the reply, or to how the process ended by itself. @throws {DeliveryFailure} We ended it. */
async function attemptWith(
  converter: Converter,
  task: ConverterTask,
  milliseconds: number,
  signal: AbortSignal,
): Promise<ConverterReply | ConverterEnding> {
  let because: DeliveryFailure | undefined;
  const end = (message: string, canPass: boolean) => {
    because ??= new DeliveryFailure(message, { canPass, ...(!canPass && { forPartner: true }) });
    converter.kill();
  };
  const late = `the conversion took longer than ${Math.round(milliseconds / 1000)} s, which is the most for this size`;
  const timer = setTimeout(() => end(late, false), milliseconds);
  const interrupt = () => end("the conversion was interrupted", true);
  signal.addEventListener("abort", interrupt, { once: true });
  if (signal.aborted) interrupt();
  // Of its own, as a process that ends leaves behind what it has there.
  const workFolder = await mkdtemp(join(task.workFolder, "converter-"));
  try {
    const answer = await converter.ask({ ...task, workFolder });
    if (because && !("isDone" in answer)) throw because;
    return answer;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", interrupt);
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** Whose fault it is that a process which worked on nothing else has ended. */
function endedBy({ code, signal }: ConverterEnding): DeliveryFailure {
  switch (signal) {
    case "SIGKILL":
      // The kernel's way to take memory back; the file is to blame if it happens each time.
      return new DeliveryFailure("the conversion was killed (SIGKILL): this machine ran out of memory", {
        canPass: true,
      });
    case "SIGINT":
    case "SIGTERM":
      return new DeliveryFailure(`the converter was told to end (${signal})`, { canPass: true });
    default:
      return new DeliveryFailure(`the file ended the converter (${signal ?? `exit code ${code}`})`, {
        ...{ canPass: false, forPartner: "the file cannot be converted" },
      });
  }
}

import { readFileSync } from "node:fs";
import type { ConverterTask } from "../../jobs/transform/converter";
import "../../jobs/transform/converter-process";

/** The real converter, which a file can end as a fault in native code does: one that says "end with SIGSEGV". */
(process as NodeJS.EventEmitter).prependListener("message", ({ inputPath }: ConverterTask) => {
  const [, signal] = /end with (SIG\w+)/.exec(readFileSync(inputPath, "utf8")) ?? [];
  if (signal !== undefined) process.kill(process.pid, signal);
});

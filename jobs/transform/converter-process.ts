import { writeFile } from "node:fs/promises";
// Before it says that it is ready: if that fails, no file is to blame.
import "@duckdb/node-api";
import { DeliveryFailure } from "../../domain/delivery-failure";
import { type ConverterReply, type ConverterTask, readyMessage } from "./converter";
import { runTransform } from "./run-transform";

// A signal to the whole group is for the job, which ends this process when it wants to: so does its own end.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.on("message", (task: ConverterTask) => void replyTo(task).then((reply) => process.send?.(reply)));
// Where memory runs out, the kernel is to end this process and not the job's.
void writeFile("/proc/self/oom_score_adj", "1000")
  .catch(() => {})
  .then(() => process.send?.(readyMessage));

async function replyTo(task: ConverterTask): Promise<ConverterReply> {
  try {
    await runTransform(task);
    return { isDone: true };
  } catch (error) {
    if (error instanceof DeliveryFailure) {
      const { message, canPass, forPartner } = error;
      return { isDone: false, message, canPass, forPartner };
    }
    const message = `unexpected error of the converter: ${error instanceof Error ? error.message : String(error)}`;
    return { isDone: false, message, canPass: true };
  }
}

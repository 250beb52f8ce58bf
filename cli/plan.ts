import { processTerminal, runCommand } from "./command";
import { planChanges } from "./plan-changes";

void runCommand(planChanges, process.argv.slice(2), processTerminal()).then((code) => {
  process.exitCode = code;
});

import { checkPartnerFiles } from "./check-partner-files";
import { processTerminal, runCommand } from "./command";

void runCommand(checkPartnerFiles, process.argv.slice(2), processTerminal()).then((code) => {
  process.exitCode = code;
});

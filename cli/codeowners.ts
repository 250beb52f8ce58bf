import { processTerminal, runCommand } from "./command";
import { codeownersCommand } from "./write-codeowners";

void runCommand(codeownersCommand, process.argv.slice(2), processTerminal()).then((code) => {
  process.exitCode = code;
});

import { processTerminal, runCommand } from "./command";
import { writeSchemas } from "./write-schemas";

void runCommand(writeSchemas, process.argv.slice(2), processTerminal()).then((code) => {
  process.exitCode = code;
});

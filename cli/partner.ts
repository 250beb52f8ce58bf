import { processTerminal } from "./command";
import { interruptedCode, runPartner } from "./partner/run-partner";

const terminal = processTerminal();
// Nothing is half written at a moment when a signal can be handled: files are written without waiting in between.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(interruptedCode));

void runPartner(process.argv.slice(2), { input: process.stdin, output: process.stdout }, terminal).then((code) => {
  if (code === interruptedCode) terminal.warn("\nNothing was written.\n");
  process.exitCode = code;
});

import { startQuayside } from "./start-quayside";

startQuayside({ args: process.argv.slice(2), stdout: process.stdout, stderr: process.stderr }).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`quayside: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  },
);

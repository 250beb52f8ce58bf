import { readStartOptions, startHelp } from "./start-options";

/**
 * `npm start`: exits with 0, 1 where something did not arrive or failed, 2 for wrong arguments and files that cannot be
 * read, 130 after Ctrl-C.
 */
async function start(args: readonly string[]): Promise<number> {
  let options: ReturnType<typeof readStartOptions>;
  try {
    options = readStartOptions(args, process.stdout.isTTY === true);
  } catch (error) {
    process.stderr.write(`quayside: ${error instanceof Error ? error.message : error}\n`);
    return 2;
  }
  if (options === "help") {
    process.stdout.write(startHelp);
    return 0;
  }
  // Pulumi's packages take seconds to load: nobody who only wants help or has a mistake in a file should wait for them.
  const { checkFiles } = await import("./check-files.js");
  const refused = await checkFiles(options, process);
  if (refused > 0) return refused;
  const { startQuayside } = await import("./start-quayside.js");
  return startQuayside(options, process);
}

// `npm start -- --help | head -1` is no error.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

start(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`quayside: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  },
);

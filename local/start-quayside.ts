import { partnerAccess } from "../domain/partner-access";
import type { Partner } from "../domain/partner-files/partner";
import { formatProblem } from "../domain/problem";
import { changeLines, resourceSummary } from "./console/change-lines";
import { colours } from "./console/colours";
import { ledgerTable, printable } from "./console/ledger-table";
import { partnerLines } from "./console/partner-lines";
import { openTerminal, symbols, type Terminal } from "./console/terminal";
import { Demonstration, type JourneyResult, PartnerProblems } from "./service/demonstration";
import type { StandInLog } from "./service/stand-ins";
import { watchFolder } from "./service/watch-folder";
import type { StartOptions } from "./start-options";

/**
 * Starts the service, plays the samples and follows the partner files, as the options say. Returns the exit code: 0, or
 * 1 where something did not arrive; after Ctrl-C 130, and after another signal 128 and its number.
 */
export async function startQuayside(
  options: StartOptions,
  { stdout, stderr }: { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream },
): Promise<number> {
  const terminal = openTerminal(options.json ? stderr : stdout);
  const interrupted = new AbortController();
  const onSignal = (_name: NodeJS.Signals, number: number) => {
    // A second one does not wait for anything.
    if (interrupted.signal.aborted) process.exit(128 + number);
    terminal.line("\nstopping …");
    interrupted.abort(new Interruption(128 + number));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  const log = new RecentLog();
  let demonstration: Demonstration | undefined;
  try {
    demonstration = await startStandIns(terminal, options, log);
    interrupted.signal.throwIfAborted();
    const ok = await run(demonstration, terminal, options, interrupted.signal, stdout);
    return exitCode(interrupted.signal) ?? (ok ? 0 : 1);
  } catch (error) {
    const code = exitCode(interrupted.signal);
    if (code === undefined) report(terminal, error, log);
    return code ?? 1;
  } finally {
    await demonstration?.stop();
  }
}

/** Why a run was ended from outside. */
class Interruption extends Error {
  constructor(readonly exitCode: number) {
    super("interrupted");
  }
}

const exitCode = ({ reason }: AbortSignal): number | undefined =>
  reason instanceof Interruption ? reason.exitCode : undefined;

function startStandIns(terminal: Terminal, { partners }: StartOptions, log: RecentLog): Promise<Demonstration> {
  terminal.line(colours.bold("Quayside on this machine"));
  return terminal.step("stand-ins for AWS", () => Demonstration.start(partners, { onLog: (entry) => log.add(entry) }));
}

async function run(
  demonstration: Demonstration,
  terminal: Terminal,
  options: StartOptions,
  signal: AbortSignal,
  stdout: NodeJS.WriteStream,
): Promise<boolean> {
  const { partners } = await terminal.step("the program", async (note) => {
    const applied = await demonstration.apply(signal);
    note(`${applied.changes.length} resources (${resourceSummary(demonstration.service.stack.resources)})`);
    return applied;
  });
  signal.throwIfAborted();
  terminal.line();
  printPartners(demonstration, terminal, partners);
  const result = await playSamples(demonstration, terminal, partners, signal);
  terminal.line();
  terminal.line(ledgerTable(result.rows));
  terminal.line();
  const ok = printResult(terminal, result);
  if (options.json) stdout.write(`${JSON.stringify(result.rows, null, 2)}\n`);
  if (!options.once) await follow(demonstration, terminal, options.partners, signal);
  return ok;
}

/** Returns whether everything arrived. */
function printResult(terminal: Terminal, { outcomes, mismatches, copies }: JourneyResult): boolean {
  const verdict = (count: number, wrong: readonly string[], what: string) => {
    for (const sentence of wrong) terminal.line(`  ${symbols.failed} ${printable(sentence)}`);
    const symbol = wrong.length === 0 ? symbols.done : symbols.failed;
    terminal.line(`  ${symbol} ${count - wrong.length} of ${count} ${what}`);
    return wrong.length === 0;
  };
  const arrived = verdict(outcomes.length, mismatches, "expected deliveries arrived byte for byte");
  if (!copies || copies.count === 0) return arrived;
  const what = "files stand on the file system with their directories, mode and content";
  return verdict(copies.count, copies.mismatches, what) && arrived;
}

function printPartners(demonstration: Demonstration, terminal: Terminal, partners: readonly Partner[]): void {
  for (const { entitlements } of partners.map(partnerAccess)) {
    for (const line of partnerLines(entitlements, demonstration.loginOf(entitlements))) terminal.line(line);
    terminal.line();
  }
}

async function playSamples(
  demonstration: Demonstration,
  terminal: Terminal,
  partners: readonly Partner[],
  signal: AbortSignal,
): Promise<JourneyResult> {
  return terminal.step("samples", async (note) => {
    let uploaded = 0;
    const result = await demonstration.play(partners, {
      signal,
      onUploaded: ({ publisher, fileName }) => note(`${++uploaded} uploaded, ${publisher} ${printable(fileName)}`),
      onProgress: (done, all) => note(`${uploaded} uploaded, ${done} of ${all} deliveries`),
    });
    note(`${result.uploads.length} uploaded over SFTP, ${result.outcomes.length} deliveries`);
    return result;
  });
}

/** Stays up and applies each change of the partner files, printing only the difference. */
async function follow(
  demonstration: Demonstration,
  terminal: Terminal,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  terminal.line(`\n  following ${colours.bold(`${folder}/`)}; Ctrl-C ends everything`);
  await watchFolder(
    folder,
    async () => {
      try {
        const { partners, changes } = await demonstration.apply(signal);
        if (changes.length === 0) return;
        terminal.line(`\n  ${symbols.done} ${changes.length} resources changed`);
        for (const line of changeLines(changes)) terminal.line(line);
        const touched = new Set(changes.map(({ name }) => name.split("/", 1)[0]));
        printPartners(
          demonstration,
          terminal,
          partners.filter(({ id }) => touched.has(id)),
        );
      } catch (error) {
        signal.throwIfAborted();
        report(terminal, error);
      }
    },
    signal,
  );
}

function report(terminal: Terminal, error: unknown, log?: RecentLog): void {
  terminal.line(`\n  ${symbols.failed} ${colours.red(error instanceof Error ? error.message : String(error))}`);
  if (error instanceof PartnerProblems) {
    for (const problem of error.problems) terminal.line(`    ${formatProblem(problem)}`);
    terminal.line("    nothing was changed");
    return;
  }
  const lines = log?.lines() ?? [];
  if (lines.length > 0) terminal.line("  what the stand-ins said last:");
  for (const line of lines) terminal.line(colours.dim(`    ${line}`));
}

/** The last lines of what functions, jobs and endpoints printed, for when something goes wrong. */
class RecentLog {
  readonly #lines: string[] = [];

  add({ from, line }: StandInLog): void {
    if (this.#lines.push(`${from}: ${printable(line)}`) > 20) this.#lines.shift();
  }

  lines(): readonly string[] {
    return this.#lines;
  }
}

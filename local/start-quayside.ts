import { printable } from "../domain/printable";
import { resourceSummary } from "./console/change-lines";
import { ledgerLines } from "./console/ledger-lines";
import { printPartners } from "./console/print-partners";
import { RecentLog } from "./console/recent-log";
import { reportFailure } from "./console/report-failure";
import { openTerminal, type Terminal } from "./console/terminal";
import { follow } from "./follow";
import { playSamples, printVerdict } from "./play-samples";
import { Demonstration } from "./service/demonstration";
import { KeptRun } from "./service/kept-run";
import type { StandInLog } from "./service/stand-ins";
import type { Session } from "./session";
import type { StartOptions } from "./start-options";

/**
 * Starts the service, plays the samples and follows the partner files, as the options say. Returns the exit code: 0, or
 * 1 where something did not arrive; after Ctrl-C 130, and after another signal 128 and its number, a closed pipe included.
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
  // Nobody reads any more: what a shell calls SIGPIPE, which Node turns into an error.
  for (const stream of [stdout, stderr]) stream.on("error", () => interrupted.abort(new Interruption(128 + 13)));
  const log = new RecentLog();
  let demonstration: Demonstration | undefined;
  let kept: KeptRun | undefined;
  try {
    if (options.keep !== undefined) kept = await KeptRun.open(options.keep);
    demonstration = await startStandIns(terminal, options, (entry) => {
      log.add(entry);
      kept?.add(entry);
    });
    interrupted.signal.throwIfAborted();
    const ok = await run({ options, terminal, demonstration, log, signal: interrupted.signal }, stdout);
    return exitCode(interrupted.signal) ?? (ok ? 0 : 1);
  } catch (error) {
    const code = exitCode(interrupted.signal);
    if (code === undefined) reportFailure(terminal, error, log);
    return code ?? 1;
  } finally {
    try {
      if (kept) await keep(terminal, demonstration, kept);
    } finally {
      await demonstration?.stop();
    }
  }
}

async function keep(terminal: Terminal, demonstration: Demonstration | undefined, kept: KeptRun): Promise<void> {
  terminal.paragraph();
  for (const problem of (await demonstration?.keep(kept)) ?? []) {
    // Names in it are partners' own.
    terminal.sentence(`  ${terminal.symbols.failed} ${printable(problem)}`);
  }
  terminal.sentence(`  ${terminal.symbols.done} what stays of this run is in ${kept.folder}`);
}

/** Why a run was ended from outside. */
class Interruption extends Error {
  constructor(readonly exitCode: number) {
    super("interrupted");
  }
}

const exitCode = ({ reason }: AbortSignal): number | undefined =>
  reason instanceof Interruption ? reason.exitCode : undefined;

function startStandIns(
  terminal: Terminal,
  { partners }: StartOptions,
  onLog: (entry: StandInLog) => void,
): Promise<Demonstration> {
  terminal.line(terminal.colours.bold("Quayside on this machine"));
  return terminal.step("stand-ins for AWS", () => Demonstration.start(partners, { onLog }));
}

async function run(session: Session, stdout: NodeJS.WriteStream): Promise<boolean> {
  const { options, terminal, demonstration, signal } = session;
  const { partners } = await terminal.step("the program", async (note) => {
    const applied = await demonstration.apply(signal);
    note(`${applied.changes.length} resources (${resourceSummary(demonstration.service.stack.resources)})`);
    return applied;
  });
  signal.throwIfAborted();
  printPartners(session, partners);
  terminal.paragraph();
  const result = await playSamples(session, partners, await demonstration.plan(partners));
  terminal.paragraph();
  if (result.rows.length > 0) {
    for (const line of ledgerLines(result.rows, terminal)) terminal.line(line);
    terminal.paragraph();
  }
  const ok = printVerdict(terminal, result);
  if (options.json) stdout.write(`${JSON.stringify(result.rows, null, 2)}\n`);
  if (!options.once) await follow(session, result.rows);
  return ok;
}

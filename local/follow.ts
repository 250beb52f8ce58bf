import { setTimeout as sleep } from "node:timers/promises";
import type { LedgerRow } from "../domain/ledger/transfers/read-ledger";
import { count } from "../domain/plan/words";
import { changeLines } from "./console/change-lines";
import { printPartners } from "./console/print-partners";
import { reportFailure } from "./console/report-failure";
import { settledLine } from "./console/settled-line";
import type { Terminal } from "./console/terminal";
import { SettledWatch } from "./journey/settled-watch";
import { playSamples, printVerdict } from "./play-samples";
import { PartnerProblems, PartnersUnreadable } from "./service/read-partner-files";
import { touchedPartners } from "./service/touched-partners";
import { watchFolder } from "./service/watch-folder";
import type { Session } from "./session";

/**
 * Stays up until the signal aborts: tells of every upload that settles, and applies each change of the partner files,
 * printing only the difference, and plays the samples that it touches.
 * @param printed rows of the ledger that were shown already
 */
export async function follow(session: Session, printed: readonly LedgerRow[]): Promise<void> {
  const { options, terminal, demonstration, signal } = session;
  terminal.paragraph("uploads");
  terminal.line(`  following ${terminal.colours.bold(`${options.partners}/`)}; Ctrl-C ends everything`);
  const watch = new SettledWatch(() => demonstration.service.ledger(), printed);
  const over = new AbortController();
  const watching = watchSettled({ ...session, signal: AbortSignal.any([signal, over.signal]) }, watch);
  try {
    await watchFolder(options.partners, () => applyChange(session, watch), signal);
  } finally {
    over.abort();
    await watching;
  }
}

/** A line for each transfer and delivery that settles. */
async function watchSettled({ terminal, signal }: Session, watch: SettledWatch): Promise<void> {
  while (!signal.aborted) {
    await printSettled(terminal, watch);
    await sleep(500, undefined, { signal }).catch(() => {});
  }
}

async function printSettled(terminal: Terminal, watch: SettledWatch): Promise<void> {
  // A look that fails is made up for by the next.
  for (const settled of await watch.look().catch(() => [])) {
    terminal.paragraph("uploads");
    terminal.sentence(`  ${settledLine(settled, terminal.colours)}`);
  }
}

async function applyChange(session: Session, watch: SettledWatch): Promise<void> {
  const { terminal, demonstration, log, signal } = session;
  try {
    const { partners, changes, touched } = await demonstration.apply(signal);
    if (changes.length > 0) {
      terminal.paragraph();
      terminal.line(`  ${terminal.symbols.done} ${count(changes.length, "resource")} changed`);
      for (const line of changeLines(changes, terminal.colours)) terminal.line(line);
      printPartners(session, touchedPartners(partners, changes));
    }
    const uploads = touched.size > 0 ? await demonstration.plan(partners, touched) : [];
    if (uploads.length === 0) return;
    terminal.paragraph("uploads");
    const result = await playSamples(session, partners, uploads, () => printSettled(terminal, watch));
    printVerdict(terminal, result);
  } catch (error) {
    signal.throwIfAborted();
    reportFailure(terminal, error, log);
    const isRefused = error instanceof PartnerProblems || error instanceof PartnersUnreadable;
    if (isRefused) terminal.line("  nothing was changed");
  }
}

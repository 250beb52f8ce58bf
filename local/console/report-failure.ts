import { PartnerProblems, PartnersUnreadable } from "../service/read-partner-files";
import { printProblems } from "./print-problems";
import type { RecentLog } from "./recent-log";
import type { Terminal } from "./terminal";

/** Says what went wrong, with the last words of the stand-ins where it was not the files' fault. */
export function reportFailure(terminal: Terminal, error: unknown, log: RecentLog): void {
  const { colours, symbols } = terminal;
  terminal.paragraph();
  if (error instanceof PartnerProblems) {
    printProblems(terminal, error.report);
    return;
  }
  terminal.sentence(`  ${symbols.failed} ${colours.red(error instanceof Error ? error.message : String(error))}`);
  if (error instanceof PartnersUnreadable) return;
  const lines = log.lines();
  if (lines.length > 0) terminal.line("  what the stand-ins said last:");
  for (const line of lines) terminal.line(colours.dim(`    ${line}`));
}

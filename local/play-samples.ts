import type { Partner } from "../domain/partner-files/partner";
import { printable } from "../domain/printable";
import type { Terminal } from "./console/terminal";
import type { JourneyUpload } from "./journey/plan-journey";
import type { JourneyResult } from "./service/demonstration";
import type { Session } from "./session";

/**
 * Plays samples, showing how far it is.
 * @param onEnd does what belongs before the line that sums them up
 */
export function playSamples(
  { terminal, demonstration, signal }: Session,
  partners: readonly Partner[],
  uploads: readonly JourneyUpload[],
  onEnd = async () => {},
): Promise<JourneyResult> {
  return terminal.step("samples", async (note) => {
    let uploaded = 0;
    const result = await demonstration.play(partners, uploads, {
      signal,
      onUploaded: ({ publisher, fileName }) => note(`${++uploaded} uploaded, ${publisher} ${printable(fileName)}`),
      onProgress: (done, all) => note(`${uploaded} uploaded, ${done} of ${all} deliveries`),
    });
    note(`${result.uploads} uploaded over SFTP, ${result.outcomes.length} deliveries`);
    await onEnd();
    return result;
  });
}

/** Returns whether everything arrived. */
export function printVerdict(terminal: Terminal, { outcomes, mismatches, copies }: JourneyResult): boolean {
  const { symbols } = terminal;
  const verdict = (count: number, wrong: readonly string[], what: string) => {
    for (const sentence of wrong) terminal.sentence(`  ${symbols.failed} ${printable(sentence)}`);
    const symbol = wrong.length === 0 ? symbols.done : symbols.failed;
    terminal.sentence(`  ${symbol} ${count - wrong.length} of ${count} ${what}`);
    return wrong.length === 0;
  };
  const arrived = verdict(outcomes.length, mismatches, "expected deliveries arrived byte for byte");
  if (!copies || copies.count === 0) return arrived;
  const what = "files stand on the file system with their directories, mode and content";
  return verdict(copies.count, copies.mismatches, what) && arrived;
}

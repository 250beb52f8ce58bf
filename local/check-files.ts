import { printProblems } from "./console/print-problems";
import { openTerminal } from "./console/terminal";
import { PartnerProblems, PartnersUnreadable, readPartnerFiles } from "./service/read-partner-files";
import type { StartOptions } from "./start-options";

/**
 * Checks the partner files before anything is started, as `npm run check` does. Returns the exit code: 0, 1 where
 * something is wrong with them, 2 where they cannot be read.
 */
export async function checkFiles(
  { partners, json }: Pick<StartOptions, "partners" | "json">,
  { stdout, stderr }: Record<"stdout" | "stderr", NodeJS.WriteStream>,
): Promise<0 | 1 | 2> {
  try {
    await readPartnerFiles(partners);
    return 0;
  } catch (error) {
    if (error instanceof PartnerProblems) {
      printProblems(openTerminal(json ? stderr : stdout), error.report);
      return 1;
    }
    if (!(error instanceof PartnersUnreadable)) throw error;
    stderr.write(`quayside: ${error.message}\n`);
    return 2;
  }
}

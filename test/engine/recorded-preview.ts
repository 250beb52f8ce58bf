import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Where a preview of one onboarding is recorded for people to read. */
const file = join(__dirname, "../../docs/onboarding-preview.txt");

const head = `$ pulumi preview --diff
`;

export const readRecordedPreview = (): Promise<string> => readFile(file, "utf8").catch(() => "");

export const recordPreview = (preview: string): Promise<void> => writeFile(file, preview);

/** A preview as it is recorded: with the ids that are different in each account replaced by others. */
export function asRecorded(output: string): string {
  return (
    head +
    output
      .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "11111111-2222-4333-8444-555555555555")
      .replaceAll(/\b(eu-central-1)_\w+/g, "$1_Example01")
      .replaceAll("000000000000", "123456789012")
      .replaceAll(/[ \t]+$/gm, "")
      .trimEnd() +
    "\n"
  );
}

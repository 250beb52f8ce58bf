import type { Edit } from "./sound-folder";

export interface BrokenFolder {
  /** The rule of `checks.ts` that reports something here; none where the form of the files is wrong already. */
  check?: string;
  title: string;
  edits: Edit[];
  /** Every line that is printed, and no other. */
  problems: string[];
}

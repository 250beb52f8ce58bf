import { brokenFlowsAndLimits } from "./broken-folders/broken-flows-and-limits";
import type { BrokenFolder } from "./broken-folders/broken-folder";
import { brokenRules } from "./broken-folders/broken-rules";
import { severalAtOnce } from "./broken-folders/several-at-once";
import { wrongFiles } from "./broken-folders/wrong-files";
import { wrongForm } from "./broken-folders/wrong-form";

/** Partner folders with mistakes, and every line that is printed of each. */
export const brokenFolders: readonly BrokenFolder[] = [
  ...wrongForm,
  ...wrongFiles,
  ...brokenRules,
  ...brokenFlowsAndLimits,
  ...severalAtOnce,
];

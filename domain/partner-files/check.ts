import type { Problem } from "../problem";
import type { FileGroups, Partner } from "./partner";
import type { Place } from "./yaml-source";

/** What the checks look at. */
export interface Folder {
  partners: readonly Partner[];
  fileGroups: FileGroups;
  /** Files with a problem of their own: nothing is said of what may only seem to be missing from them. */
  broken: ReadonlySet<string>;
}

/** What is found at a place that is wrong already is passed over. */
export type Report = (problem: Problem & Place) => void;

/** One rule: reports all that breaks it. */
export type Check = (folder: Folder, report: Report) => void;

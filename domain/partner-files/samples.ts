import { type Problem, wholeFile } from "../problem";
import type { ContractSample, Samples, UploadSample } from "./partner";
import type { FileMap } from "./read-partner-folder";

/**
 * Sorts a partner's `samples/` into its two kinds:
 * - `samples/<subscription>[.<case>].<ext>`, with `samples/<subscription>[.<case>].expected.<ext>` beside it: what the
 *   subscription must make of the file;
 * - `samples/uploads/<virtualPath>/<name>`: a file as this partner uploads it.
 */
export function readSamples(id: string, files: FileMap, report: (problem: Problem) => void): Samples {
  const root = `${id}/samples/`;
  const contracts: ContractSample[] = [];
  const uploads: UploadSample[] = [];
  const own = [...files.keys()].filter((path) => path.startsWith(root)).sort();
  const results = own.filter((path) => isExpectation(path.slice(root.length)));
  const claimed = new Set<string>();
  for (const path of own) {
    const content = files.get(path);
    if (content === undefined || results.includes(path)) continue;
    const inner = path.slice(root.length);
    if (inner.startsWith("uploads/")) {
      const slash = inner.lastIndexOf("/");
      if (slash === "uploads".length) {
        report({
          ...wholeFile(path),
          message: "this upload lies in no folder",
          fix: "put it where the partner would, like samples/uploads/claims/FILE",
        });
        continue;
      }
      uploads.push({
        virtualPath: inner.slice("uploads".length, slash),
        name: inner.slice(slash + 1),
        file: path,
        content,
      });
      continue;
    }
    if (inner.includes("/")) {
      report({
        ...wholeFile(path),
        message: "samples have no folder of this name",
        fix: "use samples/uploads/…, or put the file into samples/ itself",
      });
      continue;
    }
    const base = inner.replace(/\.[^.]*$/, "");
    const expected = results.find((result) => result.slice(root.length).replace(expectation, "") === base);
    if (expected) claimed.add(expected);
    contracts.push({
      subscription: base.split(".", 1)[0] ?? base,
      file: path,
      content,
      expected:
        expected === undefined ? undefined : { file: expected, content: files.get(expected) ?? new Uint8Array() },
    });
  }
  for (const path of results.filter((result) => !claimed.has(result))) {
    report({
      ...wholeFile(path),
      message: "this expected result has no sample",
      fix: "add the sample it is the result of, or delete it",
    });
  }
  return { contracts, uploads };
}

const expectation = /\.expected(\.[^.]+)?$/;

const isExpectation = (inner: string) => !inner.startsWith("uploads/") && expectation.test(inner);

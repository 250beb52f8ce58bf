import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { requireShallowJson } from "./json-depth";

describe("requireShallowJson", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "quayside-json-depth-"));
  });
  after(() => rm(folder, { recursive: true }));

  async function outcome(content: string): Promise<string> {
    const path = join(folder, "input");
    await writeFile(path, content);
    return requireShallowJson(path).then(
      () => "shallow",
      (error: Error) => error.message,
    );
  }
  const [deep, deeper] = [`${"[".repeat(128)}${"]".repeat(128)}`, "[".repeat(129)];

  for (const [what, content, expected] of [
    ["128 levels", deep, "shallow"],
    ["many values of 128 levels", `${deep}\n${deep}${deep}`, "shallow"],
    ["129 levels", `{"a":1}\n ${deeper}`, "line 2, byte 130: nested more than 128 levels deep"],
    ["objects in arrays", '[{"a":'.repeat(65), "line 1, byte 385: nested more than 128 levels deep"],
    ["brackets in text", `["${deeper}","\\"${deeper}","\\\\"]`, "shallow"],
    ["brackets after text", `["\\"","\\\\",${deeper}`, "line 1, byte 139: nested more than 128 levels deep"],
    ["a text that is not closed in its line", `"\n${deeper}`, "line 2, byte 129: nested more than 128 levels deep"],
    ["more closed than opened", `]]]]\n${deeper}`, "line 2, byte 129: nested more than 128 levels deep"],
    ["levels over parts of the file", `${'[" "'.repeat(128)}${" ".repeat(600_000)}[`, /^line 1, byte 600513: nested/],
  ] as const) {
    it(`takes ${what} for what they are`, async () => {
      if (typeof expected === "string") expect(await outcome(content)).to.equal(expected);
      else expect(await outcome(content)).to.match(expected);
    });
  }
});

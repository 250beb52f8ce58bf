import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { commandLine } from "./command-line";

describe("commandLine", () => {
  it("is read by a shell as it is meant", () => {
    const name = 'O\'Brien & $HOME "Sons" `id`; ~ *\\';
    const line = commandLine("add", "obrien", {
      name,
      upload: ["/a=b", "/c d=e"],
      "dry-run": true,
      key: [],
      x: undefined,
    });
    const words = execFileSync("sh", ["-c", `for word in ${line}; do printf '%s\\n' "$word"; done`]).toString();
    expect(words.split("\n")).to.deep.equal([
      ...["npm", "run", "partner", "--", "add", "obrien"],
      ...["--name", name, "--upload", "/a=b", "--upload", "/c d=e", "--dry-run", ""],
    ]);
  });
});

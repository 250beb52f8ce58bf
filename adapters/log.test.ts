import { expect } from "chai";
import { log } from "./log";

/** What `work` writes to standard output. */
function written(work: () => void): string {
  const original = process.stdout.write;
  let text = "";
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += chunk;
    return true;
  };
  try {
    work();
  } finally {
    process.stdout.write = original;
  }
  return text;
}

describe("log", () => {
  it("writes one JSON line, level and message first", () => {
    expect(written(() => log("info", "login denied", { username: "a\nb", at: new Date(0) }))).to.equal(
      '{"level":"info","message":"login denied","username":"a\\nb","at":"1970-01-01T00:00:00.000Z"}\n',
    );
  });

  it("writes errors with their causes", () => {
    const cause = new AggregateError([new TypeError("one"), new RangeError("two")], "several");
    const error = new Error("it failed", { cause });
    expect(JSON.parse(written(() => log("error", "message failed", { error }))).error).to.equal(
      "Error: it failed (AggregateError: several (TypeError: one; RangeError: two))",
    );
  });
});

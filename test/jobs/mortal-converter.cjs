"use strict";
// The real converter as it is deployed, which a file can end as a fault in native code does: one that says "end with
// SIGSEGV".
const { readFileSync } = require("node:fs");
require("../../dist/jobs/converter.js");

process.prependListener("message", ({ inputPath }) => {
  const [, signal] = /end with (SIG\w+)/.exec(readFileSync(inputPath, "utf8")) ?? [];
  if (signal !== undefined) process.kill(process.pid, signal);
});

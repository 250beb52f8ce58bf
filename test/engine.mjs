// npm run test:engine: the program under the real Pulumi CLI, where there is one. With --record it also writes
// docs/onboarding-preview.txt anew; everything else goes to mocha.
//
// The CLI is looked for in $QUAYSIDE_ENGINE (a folder with `pulumi` or `bin/pulumi` in it) and on the PATH. Where it
// cannot be installed, Go builds it, in some folder outside this one; it takes ten minutes and half a gigabyte:
//   go mod init engine && go mod edit -require=github.com/pulumi/pulumi/pkg/v3@v<version of @pulumi/pulumi>
//   GOFLAGS=-mod=mod go build -o bin/pulumi github.com/pulumi/pulumi/pkg/v3/cmd/pulumi
// Its host of Node programs (pulumi-language-nodejs) is used where it is there too; the test brings one of its own.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const { QUAYSIDE_ENGINE: engine, PATH = "" } = process.env;
const folders = [...(engine ? [engine, join(engine, "bin")] : []), ...PATH.split(delimiter).filter(Boolean)];
const find = (name) => folders.map((folder) => join(folder, name)).find((file) => existsSync(file));

function run(args, env = {}) {
  return spawnSync(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...env } }).status === 0;
}

function test(pulumi) {
  const folder = mkdtempSync(join(tmpdir(), "quayside-test-"));
  const countsFile = join(folder, "counts.json");
  try {
    const flags = process.argv.slice(2).filter((flag) => flag !== "--record");
    const passed = run(["node_modules/mocha/bin/mocha.js", ...flags, "test/engine/real-engine.spec.ts"], {
      QUAYSIDE_PULUMI: pulumi,
      QUAYSIDE_LANGUAGE_HOST: String(find("pulumi-language-nodejs") !== undefined),
      TEST_COUNTS: countsFile,
      ...(process.argv.includes("--record") && { RECORD_PREVIEW: "true" }),
    });
    const counts = existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, "utf8")) : { passed: 0, failed: 0 };
    // A hook that failed is not in mocha's counts.
    console.log(`\n${counts.passed} passed, ${passed ? 0 : Math.max(1, counts.failed)} failed`);
    return passed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const pulumi = find("pulumi");
if (!pulumi) console.log("skipped: real engine: no pulumi on the PATH");
else if (!run(["build.mjs"]) || !test(pulumi)) process.exitCode = 1;

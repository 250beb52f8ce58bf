// npm test: build, then types, lint and every test. Ends with one line that counts all of it.
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, statfsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

// Those that start the whole service come first: whoever begins with the longest ends with nobody waiting for it.
const specs = [
  "test/system/*.test.ts",
  "{domain,adapters,cli,functions,jobs,infra,local}/**/*.test.ts",
  "test/{,!(system)/**/}*.test.ts",
];
const folder = mkdtempSync(join(temporaryFolder(), "quayside-test-"));
// PostgreSQL runs as a user of its own where we are root, and must get in.
chmodSync(folder, 0o755);
const countsFile = join(folder, "counts.json");
const counts = { passed: 0, failed: 0, skipped: 0 };

/**
 * Where the tests' files go: into memory where the system has a file system for that with room enough (they need some
 * 300 MB at once), because a sixth of the tests' time is spent on making and removing files on a disk; otherwise, and
 * where TMPDIR says so, where the system wants temporary files.
 */
function temporaryFolder() {
  const memory = "/dev/shm";
  if (process.env.TMPDIR || !existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= 2 * 1024 ** 3 ? memory : tmpdir();
}

/**
 * An option for Node: the most megabytes, of each of two halves, for what was just made. Half of a run of the program,
 * or of a check of types, lives until its end; in Node's own measure it is copied over and over, which takes a
 * tenth to a fifth of the processor's time.
 */
const newSpace = (megabytes) => `--max-semi-space-size=${megabytes}`;

/** Ctrl-C, and what CI says when it is out of time: what runs is ended, and what it made is removed. */
const interrupted = new AbortController();
for (const [name, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
  process.on(name, () => {
    // A second one does not wait for anything.
    if (interrupted.signal.aborted) process.exit(128 + number);
    interrupted.abort(128 + number);
  });
}

/** Runs a command and resolves to whether it succeeded. With `quiet`, prints its output only when it failed. */
function run(title, command, args, { quiet = true, env = {} } = {}) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["ignore", quiet ? "pipe" : "inherit", quiet ? "pipe" : "inherit"],
      env: { ...process.env, ...env },
      // Mocha takes SIGINT for a request to end once the tests that run are over.
      ...{ signal: interrupted.signal, killSignal: "SIGTERM" },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => (output += error.message));
    child.on("close", (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      if (quiet && !interrupted.signal.aborted)
        console.log(`${code === 0 ? "ok" : "FAILED"}  ${title} (${seconds} s)\n${code === 0 ? "" : output}`.trimEnd());
      resolve(code === 0);
    });
  });
}

/** A check that counts as one test. */
async function check(title, command, args) {
  const ok = await run(title, command, args);
  counts[ok ? "passed" : "failed"]++;
  return ok;
}

try {
  // Types and lint need no build, and use one core while the tests wait for servers on the other.
  const checks = Promise.all([
    check("types", process.execPath, [newSpace(512), "node_modules/typescript/bin/tsc", "--noEmit"]),
    check("lint", process.execPath, ["node_modules/@biomejs/biome/bin/biome", "check", "."]),
  ]);
  if (await check("build", process.execPath, ["build.mjs"])) {
    const passed = await run(
      "tests",
      process.execPath,
      [
        // Its workers get the same. As an option of Mocha's own it would put one more process between them and us.
        ...[newSpace(256), "node_modules/mocha/bin/mocha.js"],
        // Mocha would also colour what CI writes into a file.
        ...(process.stdout.isTTY ? [] : ["--no-color"]),
        // One for each core: a third one on two cores took each of them more time than it gave.
        ...["--jobs", String(Math.max(2, availableParallelism()))],
        ...process.argv.slice(2),
        ...specs,
      ],
      {
        quiet: false,
        env: { TEST_COUNTS: countsFile, TMPDIR: folder },
      },
    );
    try {
      const tests = JSON.parse(readFileSync(countsFile, "utf8"));
      for (const kind of Object.keys(counts)) counts[kind] += tests[kind];
      // A hook that failed outside any test is not in mocha's counts.
      if (!passed && tests.failed === 0) counts.failed++;
    } catch {
      if (!interrupted.signal.aborted) console.log("the tests did not come to their end");
      counts.failed++;
    }
  }
  await checks;
} finally {
  // Not rmSync: what databases that are ending remove at the same moment would make that stop half way, and say nothing.
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 10 });
  await remove();
  // Whatever was interrupted takes a moment to end, and may make a folder yet.
  for (let left = interrupted.signal.aborted ? 4 : 0; left > 0; left--) await sleep(250).then(remove);
}
if (interrupted.signal.aborted) {
  console.log("\ninterrupted");
  process.exitCode = interrupted.signal.reason;
} else {
  const skipped = counts.skipped ? `, ${counts.skipped} skipped` : "";
  console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`);
  process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

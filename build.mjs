// Bundles every function and job into dist/, where the Pulumi program and the jobs' image take them from, and what
// `npm start` runs. Prints nothing unless something is wrong.
import { existsSync } from "node:fs";
import { cp, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
/** One folder each, with an index.ts that exports `handler`. */
const functions = await folders("functions");
/** One folder each too, beside what they share; index.ts runs the job. */
const jobs = ["send", "transform"].filter((name) => existsSync(join(root, "jobs", name, "index.ts")));

/** Output path without extension → entry file. */
const entryPoints = Object.fromEntries([
  ...functions.map((name) => [`functions/${name}/index`, `functions/${name}/index.ts`]),
  ...jobs.map((name) => [`jobs/${name}`, `jobs/${name}/index.ts`]),
  // What the transform job runs in processes of their own.
  ["jobs/converter", "jobs/transform/converter-process.ts"],
]);

/** What the service on this machine runs in processes of their own; no two have the same name. */
const localScripts = (await readdir(join(root, "local"), { recursive: true })).filter((path) => path.endsWith(".cjs"));

/** @type {import("esbuild").BuildOptions} */
const common = {
  absWorkingDir: root,
  outdir: "dist",
  bundle: true,
  platform: "node",
  target: "node24",
  format: "cjs",
  sourcemap: "linked",
  // The sources are in the repository; without them the maps are a fifth of the size.
  sourcesContent: false,
  logLevel: "warning",
};

const deployed = build({
  ...common,
  entryPoints,
  // Packages that have ES modules too are taken as such: of those, only what is used goes into a bundle. A cold start
  // reads it all, and loads in two thirds of the time.
  mainFields: ["module", "main"],
  // As `require`: an import of node:http, which the AWS SDK makes late, loads every part of it that anybody could use.
  supported: { "dynamic-import": false },
  // Names stay as they are, for stack traces; the rest is what a cold start has to read.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  external: [
    // Installed in the jobs' image: it comes with a native library.
    "@duckdb/node-api",
    // Native accelerators that pg and ssh2 do without where they are missing.
    "pg-native",
    "cpu-features",
    "*.node",
  ],
});

// Beside what is installed, in one file: Node reads that a second sooner than five hundred sources, which it would have
// to have compiled first.
const local = build({
  ...common,
  entryPoints: {
    "local/start": "local/start.ts",
    ...Object.fromEntries(localScripts.map((path) => [`local/${basename(path, ".cjs")}`, `local/${path}`])),
  },
  packages: "external",
  loader: { ".cjs": "copy" },
});

await Promise.all([deployed, local]);

const migrations = join(root, "dist/functions/migrate/migrations");
await cp(join(root, "domain/ledger/migrations"), migrations, { recursive: true });
await removeAllBut(migrations, await readdir(join(root, "domain/ledger/migrations")));
await removeAllBut(join(root, "dist/functions"), functions);
for (const name of functions) {
  await removeAllBut(join(root, "dist/functions", name), ["index.js", "index.js.map", "migrations"]);
}
await removeAllBut(
  join(root, "dist/jobs"),
  [...jobs, "converter"].flatMap((name) => [`${name}.js`, `${name}.js.map`]),
);
await removeAllBut(join(root, "dist/local"), [
  "start.js",
  "start.js.map",
  ...localScripts.map((path) => basename(path)),
]);

/** @param {string} parent */
async function folders(parent) {
  const entries = await readdir(join(root, parent), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** A function that is gone, or a file of an older build, must not be deployed. @param {string} folder @param {string[]} kept */
async function removeAllBut(folder, kept) {
  const stale = (await readdir(folder)).filter((name) => !kept.includes(name));
  await Promise.all(stale.map((name) => rm(join(folder, name), { recursive: true })));
}

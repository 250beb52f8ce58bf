// npm leaves an optional package out of the lock file when the registry it was made with does not have it, and then
// `npm ci` refuses the lock file everywhere. This adds the entries that are missing: the packages of other platforms.
// Run it after `npm install`: npm run lock
import { readFileSync, writeFileSync } from "node:fs";

const file = process.argv[2] ?? "package-lock.json";
const lock = JSON.parse(readFileSync(file, "utf8"));
const platform =
  /(android|darwin|linux|win32|freebsd|netbsd|openbsd|sunos|aix)[-_](arm64|x64|arm|ia32|ppc64|s390x|riscv64)(?:[-_](musl|gnu))?/;
let added = 0;

for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const isThere = [`${path}/node_modules/${name}`, `node_modules/${name}`].some((place) => place in lock.packages);
    if (isThere) continue;
    const [, os, cpu, libc] = name.match(platform) ?? [];
    if (!os) throw new Error(`${name} is missing from ${file}, and its name tells no platform`);
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(entry.dev && { dev: true }),
      ...(libc && { libc: [libc === "gnu" ? "glibc" : libc] }),
      optional: true,
      os: [os],
    };
    added++;
  }
}
const [[root, own], ...rest] = Object.entries(lock.packages);
lock.packages = Object.fromEntries([[root, own], ...rest.sort(([a], [b]) => (a < b ? -1 : 1))]);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added === 0 ? `${file} is complete` : `${added} packages of other platforms added to ${file}`);

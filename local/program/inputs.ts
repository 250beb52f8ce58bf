import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { asset, CustomResource } from "@pulumi/pulumi";
import type { Properties } from "./handler";

/** How Pulumi's wire format marks a secret: the special signature, and its value for secrets. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/**
 * Inputs as a handler wants them: secrets unwrapped, other resources by their ids (as a provider gets them), absent
 * values left out, archives with a path that is there and not a promise of it.
 */
export async function unwrapInputs(inputs: Properties): Promise<Properties> {
  return (await unwrap(inputs)) as Properties;
}

async function unwrap(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map(unwrap));
  if (CustomResource.isInstance(value)) return new Promise((resolve) => value.id.apply(resolve));
  if (value instanceof asset.FileArchive || value instanceof asset.FileAsset) {
    return Object.assign(value, { path: await value.path });
  }
  if (!isPlainObject(value)) return value;
  if (value[signatureKey] === secretSignature) return unwrap(value.value);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    await Promise.all(entries.map(async ([key, inner]) => [key, await unwrap(inner)] as const)),
  );
}

/**
 * A text that changes exactly when the inputs mean something else: keys in order, and files by their content, because
 * a function whose code was built anew has the same path as before.
 */
export function fingerprint(inputs: Properties): string {
  return JSON.stringify(inputs, (_key, value: unknown) => {
    if (value instanceof asset.FileArchive || value instanceof asset.FileAsset) return contentHash(String(value.path));
    if (!isPlainObject(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The top-level inputs that differ. */
export function changedKeys(before: Properties, after: Properties): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => fingerprint({ value: before[key] }) !== fingerprint({ value: after[key] }))
    .sort();
}

function contentHash(path: string): string {
  const hash = createHash("sha256");
  const visit = (current: string) => {
    if (statSync(current).isDirectory()) {
      for (const name of readdirSync(current).sort()) {
        hash.update(`${name}\0`);
        visit(join(current, name));
      }
    } else hash.update(readFileSync(current));
  };
  visit(path);
  return hash.digest("hex");
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;

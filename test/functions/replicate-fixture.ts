import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Readable } from "node:stream";
import { type Replication, replicationText } from "../../domain/events/replication";
import type { Ledger } from "../../domain/ledger/ledger";
import { objectKey } from "../../domain/paths";
import { type ReplicateDependencies, replicate } from "../../functions/replicate/replicate";
import { bucket } from "../uploads-fixture";
import { recorders } from "./recorders";

/** A mount inside a folder with something beside it that nobody may touch. */
export interface MountFixture {
  path: string;
  /** The mount's surroundings: `outside/secret`, and the mount as `files`. */
  surroundings: string;
  /** Files and links below the mount, and folders that are empty (with a slash at their end), sorted. */
  content(): Promise<string[]>;
  /** Everything beside the mount. */
  outside(): Promise<string[]>;
  remove(): Promise<void>;
}

export async function makeMount(): Promise<MountFixture> {
  const surroundings = await mkdtemp(join(tmpdir(), "quayside-mount-"));
  const path = join(surroundings, "files");
  await mkdir(path);
  await mkdir(join(surroundings, "outside"));
  await writeFile(join(surroundings, "outside", "secret"), "secret");
  return {
    path,
    surroundings,
    content: async () => (await below(path, path)).filter((name) => name !== ".quayside/"),
    outside: async () => (await below(surroundings, surroundings)).filter((name) => !name.startsWith("files")),
    remove: () => rm(surroundings, { recursive: true, force: true }),
  };
}

async function below(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.length === 0 && folder !== root) return [`${relative(root, folder)}/`];
  const inner = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? below(root, path) : [relative(root, path)];
  });
  return (await Promise.all(inner)).flat().sort();
}

/** The objects that the function may read, by version. */
export type Objects = Map<string, Buffer | (() => Readable)>;

/** An order to copy a new version of 16 random bytes, which is put among the objects. */
export function created(objects: Objects, key: string, overrides: Partial<Replication> = {}): Replication {
  const content = randomBytes(16);
  const replication = order("created", key, { size: content.length, ...overrides });
  objects.set(replication.versionId, content);
  return replication;
}

export function order(kind: Replication["kind"], key: string, overrides: Partial<Replication> = {}): Replication {
  return {
    ...{ kind, bucket, objectKey: objectKey(key), objectPrefix: objectKey("acme/claims/"), versionId: randomUUID() },
    ...{ sequencer: "0055AED6DCD90281E5", size: 0, uploadedAt: new Date("2026-06-03T17:11:06.500Z") },
    ...overrides,
  };
}

/** One instance of the function. */
export function replicateInstance(
  tools: { ledger: Ledger; objects: Objects; mount: MountFixture } & Partial<
    Omit<ReplicateDependencies, "ledger" | "mount">
  > & { modes?: { fileMode: number; directoryMode: number } },
) {
  const { ledger, objects, mount, modes = { fileMode: 0o640, directoryMode: 0o750 }, ...overrides } = tools;
  const { lines, log } = recorders();
  const dependencies: ReplicateDependencies = {
    ...{ ledger, bucket, log, mirrorDeletions: true, clock: () => new Date() },
    mount: { path: mount.path, ...modes },
    async readVersion({ versionId }) {
      const content = objects.get(versionId);
      if (content === undefined) return null;
      return typeof content === "function" ? content() : Readable.from([content]);
    },
    ...overrides,
  };
  const handleBodies = (bodies: readonly string[]) => {
    const Records = bodies.map((body, index) => ({ messageId: `message-${index}`, body })) as never;
    return replicate({ Records }, dependencies).then(({ batchItemFailures }) =>
      batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
    );
  };
  const handle = (...replications: Replication[]) => handleBodies(replications.map(replicationText));
  return { lines, handle, handleBodies, dependencies };
}

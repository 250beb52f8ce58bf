import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fingerprint } from "../lambda/function-code";
import { type Dockerfile, readDockerfile } from "./dockerfile";

/** What stands for a container image: the files that its Dockerfile copies, and how to start it. */
export interface LocalImage {
  /** Of the Dockerfile and the copied files, so that changed code is another image. `sha256:<hex>` */
  digest: string;
  /** Where the image's WORKDIR is on this machine. */
  workdir: string;
  environment: Record<string, string>;
  entrypoint: string[];
  command: string[];
  remove(): Promise<void>;
}

/**
 * "Builds" an image: copies what the Dockerfile copies into a folder that stands for the image's root. RUN and USER are
 * not done. What a RUN would install, this machine has already: a `node_modules` above the build context is linked.
 * @param context folder that COPY reads
 * @param temporaryFolder where the image gets a folder of its own
 * @throws an error naming an instruction it does not know or a COPY source that is not there
 */
export async function buildLocalImage(
  context: string,
  dockerfilePath: string,
  temporaryFolder = tmpdir(),
): Promise<LocalImage> {
  const text = await readFile(dockerfilePath, "utf8");
  const dockerfile = readDockerfile(text);
  const root = await mkdtemp(join(temporaryFolder, "quayside-image-"));
  try {
    await copyFiles(dockerfile, resolve(context), root);
    const { sha256 } = await fingerprint(root);
    const digest = createHash("sha256").update(text).update(sha256).digest("hex");
    const modules = await nearestModules(resolve(context));
    if (modules) await symlink(modules, join(root, "node_modules"));
    const { environment, entrypoint, command } = dockerfile;
    return {
      digest: `sha256:${digest}`,
      workdir: join(root, dockerfile.workdir),
      ...{ environment, entrypoint, command },
      remove: () => rm(root, { recursive: true, force: true }),
    };
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error;
  }
}

async function copyFiles(dockerfile: Dockerfile, context: string, root: string): Promise<void> {
  await mkdir(join(root, dockerfile.workdir), { recursive: true });
  for (const { sources, destination, intoFolder } of dockerfile.copies) {
    for (const source of sources) {
      const from = join(context, source);
      const found = await stat(from).catch(() => undefined);
      if (found === undefined) throw new Error(`COPY ${source}: ${from} does not exist; build the jobs first`);
      // As Docker does: a folder's contents are copied, a file keeps its name below a folder.
      const into = join(root, destination);
      const to = found.isDirectory() || !(intoFolder || sources.length > 1) ? into : join(into, basename(source));
      await mkdir(dirname(to), { recursive: true });
      await cp(from, to, { recursive: true });
    }
  }
}

async function nearestModules(folder: string): Promise<string | undefined> {
  const candidate = join(folder, "node_modules");
  if (await stat(candidate).catch(() => undefined)) return candidate;
  return dirname(folder) === folder ? undefined : nearestModules(dirname(folder));
}

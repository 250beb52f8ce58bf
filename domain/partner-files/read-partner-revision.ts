import { basename, dirname, resolve } from "node:path";
import { type FileMap, isStray, SymbolicLink } from "./read-partner-folder";
import { runGit } from "./run-git";

/**
 * Reads a partners folder as it was at a Git revision, without touching the working tree. `folder` is where it is, or
 * would be, in the working tree; a revision that does not have it gives no files. Files that {@link isStray} are left
 * out, as in a folder that is read from the disk.
 * @throws where the revision is unknown, or holds a submodule in the folder.
 */
export async function readPartnerRevision(folder: string, revision: string): Promise<FileMap> {
  const repository = dirname(resolve(folder));
  const tree = await treeOf(repository, basename(resolve(folder)), revision);
  if (tree === undefined) return new Map();
  const entries = await listTree(repository, tree);
  const contents = await readBlobs(repository, [...new Set(entries.map(({ object }) => object))]);
  return new Map(
    entries.map(({ path, object, isLink }) => {
      const content = contents.get(object) ?? new Uint8Array();
      return [path, isLink ? new SymbolicLink(content) : content];
    }),
  );
}

/** The object id of the folder's tree. */
async function treeOf(repository: string, name: string, revision: string): Promise<string | undefined> {
  const parse = async (what: string) => {
    const { code, stdout, stderr } = await runGit(repository, [
      "rev-parse",
      "--verify",
      "--quiet",
      "--end-of-options",
      what,
    ]);
    if (code !== 0 && stderr !== "") throw new Error(oneLine(stderr));
    return code === 0 ? stdout.toString().trim() : undefined;
  };
  const commit = await parse(`${revision}^{commit}`);
  if (commit === undefined) {
    throw new Error(`Git knows no revision "${revision}"; fetch it first (git fetch origin), or name another`);
  }
  return parse(`${commit}:./${name}`);
}

async function listTree(
  repository: string,
  tree: string,
): Promise<{ path: string; object: string; isLink: boolean }[]> {
  const { code, stdout, stderr } = await runGit(repository, ["ls-tree", "-r", "-z", "--full-tree", tree]);
  if (code !== 0) throw new Error(oneLine(stderr));
  const lines = stdout.toString("utf8").split("\0").filter(Boolean);
  return lines.flatMap((line) => {
    const [meta = "", path = ""] = line.split("\t", 2);
    const [mode, , object = ""] = meta.split(" ");
    if (isStray(path)) return [];
    if (mode === "160000") throw new Error(`${path} is a submodule; put its files there`);
    return [{ path, object, isLink: mode === "120000" }];
  });
}

/** The contents of many blobs, from one process. */
async function readBlobs(repository: string, objects: readonly string[]): Promise<Map<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  if (objects.length === 0) return contents;
  const { code, stdout, stderr } = await runGit(repository, ["cat-file", "--batch"], `${objects.join("\n")}\n`);
  if (code !== 0) throw new Error(oneLine(stderr));
  for (let offset = 0; offset < stdout.length; ) {
    // A header line `<id> blob <bytes>`, the content, and a line feed.
    const end = stdout.indexOf("\n", offset);
    const [object = "", type, size] = stdout.toString("latin1", offset, end).split(" ");
    if (type !== "blob") throw new Error(`Git cannot read the object ${object}: ${type}`);
    const start = end + 1;
    contents.set(object, stdout.subarray(start, start + Number(size)));
    offset = start + Number(size) + 1;
  }
  return contents;
}

const oneLine = (stderr: string) => `Git says: ${stderr.trim().split("\n", 1)[0]}`;

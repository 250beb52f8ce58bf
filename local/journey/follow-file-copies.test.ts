import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import type { FolderEntitlement, Subscription } from "../../domain/entitlements";
import { objectKey, virtualPath } from "../../domain/paths";
import type { Outcome } from "./follow-deliveries";
import { expectedCopies, followFileCopies } from "./follow-file-copies";
import type { JourneyUpload } from "./plan-journey";

const folder = (name: string, replicate: boolean): FolderEntitlement => ({
  ...{ virtualPath: virtualPath(`/${name}`), objectPrefix: objectKey(`app/${name}/`) },
  ...{ access: "both", fileGroup: "group", replicate },
});
const upload = (name: string, fileName: string): JourneyUpload => ({
  ...{ publisher: "app", virtualPath: `/${name}`, fileName, content: Buffer.from(fileName), expected: [] },
});

describe("expectedCopies", () => {
  it("are the uploads and the placed files of folders that are copied, and no others", async () => {
    const folders = [folder("copied", true), folder("plain", false)];
    const placed = (name: string, deliveredAs: string | null) =>
      ({
        upload: upload("plain", "x"),
        expected: {
          subscriber: "app",
          subscription: { delivery: { kind: "place", virtualPath: `/${name}` } } as unknown as Subscription,
          content: undefined,
        },
        delivery: { deliveredAs },
      }) as Outcome;
    const copies = await expectedCopies(
      [upload("copied", "a"), upload("plain", "b")],
      [placed("copied", "app/copied/c"), placed("plain", "app/plain/d"), placed("copied", null)],
      () => folders,
      async (key) => Buffer.from(`object ${key}`),
    );
    expect(copies.map(({ objectKey, content }) => [objectKey, content.toString()])).to.deep.equal([
      ["app/copied/a", "a"],
      ["app/copied/c", "object app/copied/c"],
    ]);
  });
});

describe("followFileCopies", () => {
  let root: string;
  const modes = { file: 0o640, directory: 0o750 };
  const copy = { objectKey: "app/in/a b.csv", content: Buffer.from("content") };
  const path = () => join(root, copy.objectKey);
  const follow = (patience = 0) => followFileCopies([copy], root, modes, { patience });

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "quayside-copies-test-"));
    await mkdir(dirname(path()), { recursive: true });
    for (const name of ["app", "app/in"]) await chmod(join(root, name), 0o750);
    await writeFile(path(), "content");
    await chmod(path(), 0o640);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("finds nothing wrong with a copy that is as it should be", async () => {
    expect(await follow()).to.deep.equal([]);
  });

  const faults: [string, () => Promise<unknown>, string][] = [
    ["is not there", () => rm(path()), "app/in/a b.csv is not on the file system"],
    ["has no folder", () => rm(join(root, "app"), { recursive: true }), "app is not on the file system"],
    ["has other content", () => writeFile(path(), "contenT"), "with other content"],
    ["has another mode", () => chmod(path(), 0o644), "a b.csv is on the file system with mode 0644"],
    [
      "lies in a folder of another mode",
      () => chmod(join(root, "app/in"), 0o777),
      "app/in is on the file system with mode 0777",
    ],
    ["is a link", () => rm(path()).then(() => symlink("/etc/hosts", path())), "is not on the file system"],
  ];
  for (const [what, spoil, sentence] of faults) {
    it(`says that a copy ${what}`, async () => {
      await spoil();
      const [mistake, ...others] = await follow();
      expect(mistake).to.contain(sentence);
      expect(others).to.deep.equal([]);
    });
  }

  it("waits for what is still to come", async () => {
    await rm(path());
    const following = follow(50_000);
    await writeFile(path(), "content", { mode: 0o640 });
    await utimes(path(), 0, 0);
    expect(await following).to.deep.equal([]);
  });
});

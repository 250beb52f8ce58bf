import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { readPartnerFolder, SymbolicLink } from "./read-partner-folder";

describe("readPartnerFolder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "quayside-partners-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function write(path: string, content: string | Uint8Array = path): Promise<void> {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }

  it("reads every file below it, byte for byte, in a fixed order", async () => {
    const bytes = Uint8Array.of(0, 255, 13, 10);
    await write("b/samples/uploads/in box/ä (1).bin", bytes);
    await write("b/partner.yaml");
    await write("file-groups.yaml");
    await write("a/partner.yaml");
    await mkdir(join(folder, "empty"));
    const files = await readPartnerFolder(folder);
    expect([...files.keys()]).to.deep.equal([
      "a/partner.yaml",
      "b/partner.yaml",
      "b/samples/uploads/in box/ä (1).bin",
      "file-groups.yaml",
    ]);
    expect([...(files.get("b/samples/uploads/in box/ä (1).bin") ?? [])]).to.deep.equal([...bytes]);
    expect(Buffer.from(files.get("a/partner.yaml") ?? []).toString()).to.equal("a/partner.yaml");
  });

  it("leaves out what editors and operating systems leave behind, and what Git never commits", async () => {
    const stray = [".DS_Store", ".git/config", ".schemas/partner.json", ".change-a1B2c3/new-0"];
    for (const path of [...stray, "a/.partner.yaml.swp", "a/partner.yaml~", "a/samples/.DS_Store"]) await write(path);
    const kept = ["a/.aws/credentials", "a/.env", "a/.git/config", "a/.schemas/x", "a/notes.swp", "a/partner.yaml"];
    for (const path of kept) await write(path);
    expect([...(await readPartnerFolder(folder)).keys()]).to.deep.equal(kept);
  });

  it("leaves out what is neither file nor folder, without waiting for it", async () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    expect([...(await readPartnerFolder(folder)).keys()]).to.deep.equal([]);
  });

  for (const target of ["/etc/hostname", "a", "nowhere"]) {
    it(`follows no symbolic link to ${target}`, async () => {
      await write("a/partner.yaml");
      await symlink(target, join(folder, "a", "keys"));
      const link = (await readPartnerFolder(folder)).get("a/keys");
      expect(link).to.be.instanceOf(SymbolicLink);
      expect(Buffer.from(link ?? []).toString()).to.equal(target);
    });
  }

  it("says which folder is missing", async () => {
    const missing = join(folder, "partners");
    const error = await readPartnerFolder(missing).then(
      () => undefined,
      (reason: Error) => reason.message,
    );
    expect(error).to.equal(`there is no folder ${missing}`);
  });
});

import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { readPartnerFolder } from "./read-partner-folder";

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

  const failure = () =>
    readPartnerFolder(folder).then(
      () => "no failure",
      (error: Error) => error.message,
    );

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

  it("leaves out what editors and operating systems leave behind", async () => {
    for (const path of [".DS_Store", ".git/config", "a/.partner.yaml.swp", "a/partner.yaml~", "a/x.swp", "a/x.swo"]) {
      await write(path);
    }
    await write("a/partner.yaml");
    expect([...(await readPartnerFolder(folder)).keys()]).to.deep.equal(["a/partner.yaml"]);
  });

  it("leaves out what is neither file nor folder, without waiting for it", async () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    expect([...(await readPartnerFolder(folder)).keys()]).to.deep.equal([]);
  });

  for (const target of ["/etc/hostname", "a", "nowhere"]) {
    it(`refuses a symbolic link to ${target}`, async () => {
      await write("a/partner.yaml");
      await symlink(target, join(folder, "a", "keys"));
      expect(await failure()).to.equal("a/keys is a symbolic link; put the file itself there");
    });
  }

  it("says which folder is missing", async () => {
    const missing = join(folder, "partners");
    const error = await readPartnerFolder(missing).then(
      () => undefined,
      (reason: Error) => reason.message,
    );
    expect(error).to.match(/^cannot read the partners folder .*partners.*: ENOENT$/);
  });
});

import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { checkPartnerFiles } from "../cli/check-partner-files";
import { coloursOn } from "../cli/colours-on";
import { runCommand } from "../cli/command";
import { checkFiles } from "./check-files";

describe("checkFiles", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "quayside-check-files-test-"));
    await cp("partners", folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const check = async (options: { json?: boolean; partners?: string } = {}) => {
    const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
    const code = await checkFiles(
      { partners: folder, json: false, ...options },
      streams as unknown as Record<"stdout" | "stderr", NodeJS.WriteStream>,
    );
    return { code, stdout: String(streams.stdout.read() ?? ""), stderr: String(streams.stderr.read() ?? "") };
  };

  it("says nothing of files without problems", async () => {
    expect(await check()).to.deep.equal({ code: 0, stdout: "", stderr: "" });
  });

  it("says what npm run check says, and where: on standard error where the ledger goes to standard output", async () => {
    await writeFile(join(folder, "northwind-clinic/partner.yaml"), "nmae: Northwind\n");
    let said = "";
    const print = (text: string) => {
      said += text;
    };
    const terminal = { print, warn: print, colours: coloursOn({}), warningColours: coloursOn({}) };
    expect(await runCommand(checkPartnerFiles, ["--partners", folder], terminal)).to.equal(1);
    expect(said).to.include(`${folder}/northwind-clinic/partner.yaml:1:1: `);
    expect(await check()).to.deep.equal({ code: 1, stdout: said, stderr: "" });
    expect(await check({ json: true })).to.deep.equal({ code: 1, stdout: "", stderr: said });
  });

  it("says in one line why they cannot be read", async () => {
    const partners = join(folder, "nowhere");
    const stderr = `quayside: there is no folder ${partners}\n`;
    expect(await check({ partners })).to.deep.equal({ code: 2, stdout: "", stderr });
  });
});

import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { expect } from "chai";
import { parse } from "yaml";
import { runPartner } from "../../cli/partner/run-partner";
import { runIn } from "../cli/run-in";
import { runScript } from "../cli/run-script";
import { pageBlocks } from "./page-blocks";

const root = join(__dirname, "../..");
const page = readFileSync(join(root, "docs/onboarding.md"), "utf8");
const blocks = (language: string) => pageBlocks("onboarding.md", language);

/** The words of a command, as a shell would split this page's. */
function words(command: string): string[] {
  return [...command.replaceAll("\\\n", " ").matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? "",
  );
}

describe("docs/onboarding.md", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "quayside-onboarding-"));
    cpSync(join(root, "partners"), join(folder, "partners"), { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true }));

  it("adds the partner with the files that it shows", async () => {
    const command = blocks("sh").find((text) => text.startsWith("npm run partner -- add"));
    const [, , , separator, ...args] = words(command ?? "");
    expect(separator).to.equal("--");
    const { code, stderr } = await runScript("cli/partner.ts", args, folder);
    expect(stderr).to.equal("");
    expect(code).to.equal(0);
    const written = ["partner.yaml", "subscriptions/remittances-acme-health.yaml"].map((file) =>
      readFileSync(join(folder, "partners/harbor-imaging", file), "utf8"),
    );
    expect(blocks("yaml")).to.deep.equal(written);
  });

  it("refers to a preview of just that partner", () => {
    const preview = readFileSync(join(root, "docs/onboarding-preview.txt"), "utf8");
    const [partner, subscription] = blocks("yaml").map((text) => parse(text));
    const said = [
      ...partner.login.sourceAddresses,
      ...partner.folders.map(({ virtualPath }: { virtualPath: string }) => virtualPath),
      ...partner.notifications.flatMap(({ email, events }: { email: string; events: string[] }) => [email, ...events]),
      ...["remittances-acme-health", subscription.fileGroup, subscription.publisher],
    ];
    for (const value of said) expect(preview).to.include(`"${value}"`);
  });

  it("names commands of the partner script that it knows", async () => {
    const commands = new Set([...page.matchAll(/npm run partner -- (\w+)/g)].map(([, command]) => String(command)));
    expect([...commands]).to.have.members(["add", "show", "rotate", "rename", "remove"]);
    for (const command of commands) {
      const streams = { input: Readable.from([]), output: new PassThrough() };
      const { code } = await runIn(folder, (terminal) => runPartner([command, "--help"], streams, terminal));
      expect(code, command).to.equal(0);
    }
  });

  it("refers to files that exist", () => {
    for (const [, link = ""] of page.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      expect(() => readFileSync(join(root, "docs", link)), link).to.not.throw();
    }
  });
});

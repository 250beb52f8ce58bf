import { readFileSync } from "node:fs";
import { expect } from "chai";
import { formatProblem } from "../problem";
import { loadPartners } from "./load-partners";

/** The fenced examples of partners/README.md that name a file in their first line. */
function examples(): Map<string, Uint8Array> {
  const text = readFileSync("partners/README.md", "utf8");
  const files = new Map<string, Uint8Array>();
  for (const [, content = ""] of text.matchAll(/^```\w*\n((?:#|--) file: [\s\S]*?)^```$/gm)) {
    const [first = "", ...rest] = content.split("\n");
    files.set(first.replace(/^(#|--) file: /, ""), Buffer.from(rest.join("\n")));
  }
  return files;
}

describe("partners/README.md", () => {
  it("has examples that together are a valid partners folder", () => {
    const files = examples();
    expect([...files.keys()]).to.have.members([
      "file-groups.yaml",
      "example-payer/partner.yaml",
      "example-payer/subscriptions/claims.yaml",
      "example-payer/transforms/claims.sql",
      "example-clinic/subscriptions/remittances.yaml",
      "example-clinic/partner.yaml",
      "example-clinic/keys/edi.pub",
    ]);
    expect(loadPartners(files).problems.map(formatProblem)).to.deep.equal([]);
  });
});

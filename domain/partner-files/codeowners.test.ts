import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { acme, folderWith } from "./broken-folders/sound-folder";
import { codeowners } from "./codeowners";
import { loadPartners } from "./load-partners";
import { readPartnerFolder } from "./read-partner-folder";

const root = join(__dirname, "../..");

describe("CODEOWNERS", () => {
  it("has a line for each partner with owners, after the default, because the last that matches counts", () => {
    const owned = { in: acme, replace: "login:\n", by: 'owners: ["@org/claims", "@jonas"]\nlogin:\n' };
    const { partners, problems } = loadPartners(folderWith([owned]));
    expect(problems).to.deep.equal([]);
    expect(
      codeowners("* @org/all # us\n/infra/ @org/ops\n", partners, "partners"),
    ).to.equal(`# Written by \`npm run codeowners\` from CODEOWNERS.base and each partner's \`owners:\`. Change those.
* @org/all # us
/infra/ @org/ops

/partners/acme/ @org/claims @jonas

# What a partner gets of the others' files is not for its own people to decide.
/partners/*/subscriptions/ @org/all
/partners/*/transforms/ @org/all
`);
  });

  it("gives nobody's files away where there is no default, which would be nobody's approval", () => {
    const owned = { in: acme, replace: "login:\n", by: 'owners: ["@org/claims"]\nlogin:\n' };
    const { partners } = loadPartners(folderWith([owned]));
    expect(codeowners("/infra/ @org/ops\n", partners, "partners")).to.match(/\n\/partners\/acme\/ @org\/claims\n$/);
  });

  it("refuses an owner that would be read as something else", () => {
    for (const owner of ["org/claims", "@org/a b", "@org/claims\\n* @evil", "@", "@org/"]) {
      const { problems } = loadPartners(
        folderWith([{ in: acme, replace: "login:\n", by: `owners: ["${owner}"]\nlogin:\n` }]),
      );
      expect(problems, owner).to.have.lengthOf(1);
      expect(problems[0]?.fix).to.equal('write a GitHub team or person, in quotes: "@org/team" or "@name"');
    }
  });

  it("is not stale; npm run codeowners writes it", async () => {
    const { partners } = loadPartners(await readPartnerFolder(join(root, "partners")));
    const base = readFileSync(join(root, ".github/CODEOWNERS.base"), "utf8");
    expect(readFileSync(join(root, ".github/CODEOWNERS"), "utf8")).to.equal(codeowners(base, partners, "partners"));
  });
});

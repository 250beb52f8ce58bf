import { expect } from "chai";
import { describePartner } from "./describe-partner";
import { folderWith } from "./partner-files/broken-folders/sound-folder";
import { loadPartners } from "./partner-files/load-partners";

const { partners } = loadPartners(folderWith([]));

function description(id: string) {
  const partner = partners.find((candidate) => candidate.id === id);
  if (!partner) throw new Error(`no partner ${id}`);
  return describePartner(partner, partners);
}

describe("a partner's description", () => {
  it("says how it logs in, with the fingerprints of its keys", () => {
    const { login, keys } = description("acme");
    expect(login).to.deep.equal(["logs in on the partner endpoint as acme-edi with 1 key, from 203.0.113.0/24"]);
    expect(keys).to.deep.equal(["edi.pub: SHA256:ucwwlWVrB8jPJU+3O4u51zOuTgPCMcdVHJRfe1p6JYk (ssh-ed25519)"]);
  });

  it("says who gets its files, and what it gets from whom", () => {
    expect(description("clinic").gives).to.deep.equal(["/claims: acme (*.json, json to csv (SQL))"]);
    expect(description("clinic").gets[0]).to.match(
      /^remittances files of every partner, which is acme: as they came, /,
    );
    expect(description("acme").gets[0]).to.match(
      /^claims files named \*\.json of clinic: converted json → csv \(SQL\)/,
    );
  });

  it("says where nobody takes or sends files", () => {
    const alone = loadPartners(
      folderWith([
        { remove: "clinic/subscriptions/remittances.yaml" },
        { in: "acme/subscriptions/claims.yaml", replace: "publisher: clinic\n", by: "" },
      ]),
    ).partners;
    const acme = alone.find(({ id }) => id === "acme");
    expect(acme && describePartner(acme, alone).gives).to.deep.equal(["/remittances: nobody gets these files"]);
    expect(acme && describePartner(acme, [acme]).gets[0]).to.match(
      /^claims files named \*\.json of every partner, which is nobody yet/,
    );
  });
});

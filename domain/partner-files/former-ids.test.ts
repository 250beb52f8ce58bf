import { expect } from "chai";
import { partnerAccess } from "../partner-access";
import { subscriptionsFor } from "../subscriptions-for";
import { type Edit, folderWith, soundFiles } from "./broken-folders/sound-folder";
import { loadPartners } from "./load-partners";

/** The clinic under another id. */
const renamed = (previously: string): Edit[] => [
  ...Object.keys(soundFiles)
    .filter((file) => file.startsWith("clinic/"))
    .map((file) => ({ rename: file, to: file.replace("clinic", "northwind") })),
  { in: "northwind/partner.yaml", replace: "contacts:", by: `previously: ${previously}\ncontacts:` },
  { in: "acme/subscriptions/claims.yaml", replace: "publisher: clinic", by: "publisher: northwind" },
];

const load = (edits: Edit[]) => {
  const { partners, problems } = loadPartners(folderWith(edits));
  expect(problems).to.deep.equal([]);
  return new Map(partners.map((partner) => [partner.id, partnerAccess(partner)]));
};

describe("a renamed partner", () => {
  const before = load([]);
  const after = load(renamed("clinic"));

  it("has everything that cannot be renamed under its first id", () => {
    const { partner: _, previously, entitlements, ...rest } = after.get("northwind") ?? expect.fail("no partner");
    const { partner: __, previously: none, entitlements: old, ...same } = before.get("clinic") ?? expect.fail("none");
    expect(rest).to.deep.equal(same);
    expect(rest.originalId).to.equal("clinic");
    expect(entitlements).to.deep.equal({ ...old, partner: "northwind", previously: ["clinic"] });
    expect([previously, none]).to.deep.equal([["clinic"], []]);
  });

  it("changes nothing about who subscribes to it, and still reaches them", () => {
    expect(after.get("acme")).to.deep.equal(before.get("acme"));
    const upload = { publisher: after.get("northwind")?.originalId ?? "", fileGroup: "claims", fileName: "a.json" };
    expect(subscriptionsFor(upload, after.get("acme")?.entitlements.subscriptions ?? [])).to.have.length(1);
  });

  it("keeps its very first id after several renames, and when it is renamed back", () => {
    expect(load(renamed("[first-id, clinic]")).get("northwind")?.originalId).to.equal("first-id");
    expect(load(renamed("[northwind, clinic]")).get("northwind")?.originalId).to.equal("northwind");
  });

  it("does not carry former ids where there are none", () =>
    expect(before.get("clinic")?.entitlements).not.to.have.property("previously"));
});

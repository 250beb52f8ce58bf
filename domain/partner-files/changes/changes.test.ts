import { expect } from "chai";
import {
  acme,
  claims,
  clinic,
  folderWith,
  otherFingerprint,
  otherKey,
  remittances,
} from "../broken-folders/sound-folder";
import { loadPartners } from "../load-partners";
import type { FileMap } from "../read-partner-folder";
import { type FileChanges, realChanges, textOf, withChanges } from "./file-changes";
import { newPartner } from "./new-partner";
import { removePartner } from "./remove-partner";
import { renamePartner } from "./rename-partner";
import { addHostKey, dropHostKey } from "./rotate-host-key";
import { rotateKey, rotatePassword } from "./rotate-login";

const sound = folderWith([]);
const { partners } = loadPartners(sound);

function partner(files: FileMap, id: string) {
  const found = loadPartners(files).partners.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no partner ${id}`);
  return found;
}

/** The folder after the changes, which must have no problems. */
function applied(files: FileMap, changes: FileChanges): FileMap {
  const changed = withChanges(files, changes);
  expect(loadPartners(changed).problems).to.deep.equal([]);
  return changed;
}

/** Line numbers that differ between two texts of the same length. */
function linesThatDiffer(before: string, changed: string): number[] {
  const lines = changed.split("\n");
  return before.split("\n").flatMap((line, index) => (line === lines[index] ? [] : [index + 1]));
}

describe("a new partner", () => {
  it("has files that pass the checks, with the schemas that editors look for", () => {
    const changes = newPartner({
      id: "harbor",
      settings: {
        name: "yes: #1 & co",
        contacts: [{ name: "Mei", email: "mei@harbor.example" }],
        owners: ["@org/harbor"],
        login: {},
        folders: [{ virtualPath: "/claims", access: "download" }],
        notifications: [{ email: "mei@harbor.example", events: ["delivery.failed", "delivery.delivered"] }],
      },
      subscriptions: {
        claims: { fileGroup: "claims", match: "*.json", deliver: { place: { virtualPath: "/claims" } } },
      },
      keys: { etl: `${otherKey} etl@harbor\n` },
    });
    const files = applied(sound, changes);
    expect(textOf(files, "harbor/partner.yaml")).to.equal(`# yaml-language-server: $schema=../.schemas/partner.json
name: "yes: #1 & co"
contacts:
  - name: Mei
    email: mei@harbor.example
owners:
  - "@org/harbor"
login: {}
folders:
  - virtualPath: /claims
    access: download
notifications:
  - email: mei@harbor.example
    events: [delivery.failed, delivery.delivered]
`);
    expect(textOf(files, "harbor/subscriptions/claims.yaml")).to.match(
      /^# yaml-language-server: \$schema=\.\.\/\.\.\/\.schemas\/subscription\.json\n/,
    );
    expect(textOf(files, "harbor/keys/etl.pub")).to.equal(`${otherKey} etl@harbor\n`);
    expect(partner(files, "harbor").settings.name).to.equal("yes: #1 & co");
  });
});

describe("a rename", () => {
  const files = applied(sound, renamePartner(sound, "clinic", "northwind"));

  it("moves every file and leaves none", () => {
    const count = (all: FileMap, id: string) => [...all.keys()].filter((path) => path.startsWith(`${id}/`)).length;
    expect(count(files, "northwind")).to.equal(count(sound, "clinic"));
    expect(count(files, "clinic")).to.equal(0);
  });

  it("declares the former id below the name, and changes nothing else of the file", () => {
    const lines = textOf(files, "northwind/partner.yaml").split("\n");
    expect(lines[1]).to.equal("previously: clinic");
    expect(lines.toSpliced(1, 1).join("\n")).to.equal(textOf(sound, clinic));
  });

  it("updates who names it, and only that line", () => {
    expect(linesThatDiffer(textOf(sound, claims), textOf(files, claims))).to.deep.equal([2]);
    expect(textOf(files, claims)).to.include("publisher: northwind\n");
  });

  it("lists former ids oldest first, also when it goes back", () => {
    const twice = applied(files, renamePartner(files, "northwind", "nw-clinic"));
    expect(textOf(twice, "nw-clinic/partner.yaml")).to.include("previously: [clinic, northwind]\n");
    const back = applied(twice, renamePartner(twice, "nw-clinic", "clinic"));
    expect(textOf(back, clinic)).to.include("previously: [clinic, northwind, nw-clinic]\n");
    expect(textOf(back, claims)).to.equal(textOf(sound, claims));
  });

  it("updates a subscription of the partner itself", () => {
    const own = folderWith([
      {
        in: clinic,
        replace: "access: download\n",
        by: "access: download\n  - virtualPath: /own\n    access: download\n",
      },
      {
        write: "clinic/subscriptions/own.yaml",
        as: "fileGroup: claims\npublisher: clinic\ndeliver:\n  place:\n    virtualPath: /own\n",
      },
    ]);
    const renamed = applied(own, renamePartner(own, "clinic", "northwind"));
    expect(textOf(renamed, "northwind/subscriptions/own.yaml")).to.include("publisher: northwind\n");
  });
});

describe("a removal", () => {
  it("leaves a subscription of another partner that names it, which the checks then refuse", () => {
    const changed = withChanges(sound, removePartner(sound, partners, "clinic", { references: false }));
    expect(loadPartners(changed).problems.map(({ file, message }) => `${file}: ${message}`)).to.deep.equal([
      `${claims}: unknown partner "clinic"`,
    ]);
  });

  it("takes such subscriptions along, with the SQL, samples and destination that only they use", () => {
    const files = applied(sound, removePartner(sound, partners, "clinic", { references: true }));
    expect([...files.keys()].sort()).to.deep.equal([
      "README.md",
      "acme/keys/edi.pub",
      acme,
      "acme/samples/uploads/remittances/remit.csv",
      "file-groups.yaml",
    ]);
    expect(textOf(files, acme)).to.not.include("destinations");
  });

  it("keeps what another subscription still uses", () => {
    const shared = folderWith([
      {
        write: "acme/subscriptions/all-remittances.yaml",
        as: "fileGroup: remittances\ntransform:\n  - convert:\n      from: json\n      to: csv\n      sql: transforms/claims.sql\ndeliver:\n  push:\n    destination: intake\n    remotePath: other\n",
      },
    ]);
    const all = loadPartners(shared).partners;
    const files = applied(shared, removePartner(shared, all, "clinic", { references: true }));
    expect(textOf(files, acme)).to.equal(textOf(sound, acme));
    expect(files.has("acme/transforms/claims.sql")).to.equal(true);
  });
});

describe("a rotation", () => {
  it("of the password raises its version, and keeps comments", () => {
    const commented = folderWith([
      {
        in: clinic,
        replace: "passwordVersion: 1",
        by: "# was told to Ines by telephone\n  passwordVersion: 1 # since May",
      },
    ]);
    const files = applied(commented, rotatePassword(commented, partner(commented, "clinic")));
    expect(textOf(files, clinic)).to.equal(
      textOf(commented, clinic).replace("passwordVersion: 1", "passwordVersion: 2"),
    );
  });

  it("of a password is refused where there is none", () => {
    expect(() => rotatePassword(sound, partner(sound, "acme"))).to.throw("acme has no password; its login uses keys");
  });

  it("of a key adds one, drops one, or both", () => {
    const acmeNow = partner(sound, "acme");
    const add = { name: "edi-2027", line: otherKey };
    const overlap = applied(sound, rotateKey(acmeNow, { add }));
    expect(partner(overlap, "acme").keys.map(({ file }) => file)).to.deep.equal([
      "acme/keys/edi-2027.pub",
      "acme/keys/edi.pub",
    ]);
    const atOnce = applied(sound, rotateKey(acmeNow, { add, drop: "edi.pub" }));
    expect(partner(atOnce, "acme").keys.map(({ file }) => file)).to.deep.equal(["acme/keys/edi-2027.pub"]);
    const ended = applied(overlap, rotateKey(partner(overlap, "acme"), { drop: "edi" }));
    expect([...ended.keys()].sort()).to.deep.equal([...atOnce.keys()].sort());
  });

  it("of a key never overwrites one, and names those that there are", () => {
    const acmeNow = partner(sound, "acme");
    expect(() => rotateKey(acmeNow, { add: { name: "edi", line: otherKey } })).to.throw("acme/keys/edi.pub is there");
    expect(() => rotateKey(acmeNow, { drop: "old.pub" })).to.throw("acme has no key old.pub; it has edi.pub");
  });

  it("of a host key pins both, then the new one only", () => {
    const both = applied(sound, addHostKey(sound, partner(sound, "acme"), "intake", otherKey));
    const pinned = partner(both, "acme").settings.destinations.intake?.hostKeys;
    expect(pinned).to.have.lengthOf(2);
    expect(() => addHostKey(both, partner(both, "acme"), "intake", otherKey)).to.throw("two host keys already");
    const done = applied(both, dropHostKey(both, partner(both, "acme"), "intake"));
    expect(partner(done, "acme").settings.destinations.intake?.hostKeys).to.deep.equal([otherKey]);
    const undone = applied(both, dropHostKey(both, partner(both, "acme"), "intake", otherFingerprint));
    expect(textOf(undone, acme)).to.equal(textOf(sound, acme));
  });

  it("of a host key is refused where nothing would be pinned any more, or the server is unknown", () => {
    expect(() => dropHostKey(sound, partner(sound, "acme"), "intake")).to.throw("a push needs one");
    expect(() => dropHostKey(sound, partner(sound, "acme"), "intakes")).to.throw(
      'acme has no destination "intakes"; it has intake',
    );
  });
});

describe("changes", () => {
  it("that change nothing are none", () => {
    const changes = new Map<string, Uint8Array | null>([
      [remittances, Buffer.from(textOf(sound, remittances))],
      ["clinic/nothing.yaml", null],
    ]);
    expect(realChanges(sound, changes).size).to.equal(0);
    expect(realChanges(sound, new Map([[remittances, null]])).size).to.equal(1);
  });
});

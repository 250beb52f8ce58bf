import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { partnerAccess } from "../../domain/partner-access";
import { loadPartners } from "../../domain/partner-files/load-partners";
import { LocalDestinations } from "./local-destinations";
import { LocalKeys } from "./local-keys";
import { localisedPartners } from "./localised-partners";

const settings = {
  name: "Acme",
  contacts: [{ name: "A", email: "a@acme.example" }],
  destinations: {
    intake: {
      ...{ host: "sftp.acme.example", username: "quayside", authentication: "password" },
      hostKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINEj9+AyoXh8jtx4SzpKUIyk62rOBrbiEtX1y8l0UPRM"],
    },
  },
};

const claims = { fileGroup: "claims", deliver: { push: { destination: "intake", remotePath: "inbox" } } };

describe("LocalDestinations", () => {
  let folder: string;
  let destinations: LocalDestinations;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "quayside-destinations-test-"));
    destinations = new LocalDestinations(folder);
  });
  afterEach(async () => {
    await destinations.stop();
    await rm(folder, { recursive: true });
  });

  /** The partner's file as the program reads it on this machine. */
  const localised = async (id: string, own: object) => {
    const files = new Map([
      ["file-groups.yaml", Buffer.from("fileGroups: { claims: { description: Claims } }\n")],
      [`${id}/partner.yaml`, Buffer.from(JSON.stringify(own))],
      [`${id}/subscriptions/claims.yaml`, Buffer.from(JSON.stringify(claims))],
    ]);
    const { partners, problems } = loadPartners(files);
    expect(problems).to.deep.equal([]);
    await destinations.ensure(partners.map(partnerAccess));
    const copy = localisedPartners(files, partners, {
      destination: (owner, name) => destinations.address(owner, name),
      publicKey: (owner) => new LocalKeys(folder).publicKey(owner),
    });
    return parse(Buffer.from(copy.get(`${id}/partner.yaml`) ?? "").toString());
  };

  it("keep a renamed partner's server, to which its credentials belong", async () => {
    const { destinations: before } = await localised("acme", settings);
    expect(before.intake).to.deep.include(destinations.address("acme", "intake"));
    const credentials = destinations.credentials("acme", "intake");
    const { destinations: after } = await localised("acme-health", { ...settings, previously: "acme" });
    expect(after).to.deep.equal(before);
    expect(destinations.credentials("acme", "intake")).to.deep.equal(credentials);
  });
});

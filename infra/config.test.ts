import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runtime } from "@pulumi/pulumi";
import { expect } from "chai";
import { parse } from "yaml";
import { defaultConfig, readConfig, type StackConfig } from "./config";

const yaml = (name: string) => parse(readFileSync(join(__dirname, "..", name), "utf8"));

function read(config: Record<string, string>): StackConfig {
  runtime.setAllConfig(Object.fromEntries(Object.entries(config).map(([key, value]) => [`quayside:${key}`, value])));
  return readConfig();
}

describe("config", () => {
  it("has the defaults that Pulumi.yaml declares, each with a description", () => {
    const declared: Record<string, { default: unknown; type: string; description?: string }> =
      yaml("Pulumi.yaml").config;
    const numbers = ["databaseMinCapacity", "databaseMaxCapacity"];
    const defaults = Object.entries(declared).map(([key, { default: value }]) => {
      const name = key.replace("quayside:", "");
      return [name, numbers.includes(name) ? Number(value) : value];
    });
    expect(Object.fromEntries(defaults)).to.deep.equal(defaultConfig());
    for (const [key, { type, default: value, description }] of Object.entries(declared)) {
      expect(description, key).to.be.a("string");
      expect(Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value, key).to.equal(type);
    }
  });

  for (const stack of ["dev", "prod"]) {
    it(`accepts Pulumi.${stack}.yaml`, () => {
      const entries = Object.entries(yaml(`Pulumi.${stack}.yaml`).config as Record<string, unknown>);
      runtime.setAllConfig(
        Object.fromEntries(entries.map(([k, v]) => [k, typeof v === "string" ? v : JSON.stringify(v)])),
      );
      expect(readConfig().protect).to.equal(stack === "prod");
    });
  }

  it("parses lists, numbers and flags", () => {
    const config = read({
      protocols: '["SFTP","FTPS"]',
      ftpsCertificateArn: "arn:aws:acm:eu-central-1:000000000000:certificate/1",
      databaseMinCapacity: "1.5",
      protect: "false",
    });
    expect(config).to.deep.include({ protocols: ["SFTP", "FTPS"], databaseMinCapacity: 1.5, protect: false });
  });

  it("reports everything that is wrong at once", () => {
    const config = {
      egress: "maybe",
      availabilityZones: "1",
      protocols: "[SFTP",
      hostnam: "a.example",
      protect: "yes",
    };
    expect(() => read(config))
      .to.throw()
      .with.property("message")
      .that.matches(/quayside:hostnam: unknown key; did you mean "hostname"\?/)
      .and.matches(/quayside:egress: /)
      .and.matches(/quayside:availabilityZones: /)
      .and.matches(/quayside:protocols: expected JSON/)
      .and.matches(/quayside:protect: /);
  });

  const contradictions: [Record<string, string>, RegExp][] = [
    [{ hostname: "files.example.com" }, /quayside:hostname: needs hostedZoneId/],
    [{ hostedZoneId: "Z123" }, /quayside:hostedZoneId: has no use/],
    [{ protocols: '["FTP"]' }, /quayside:protocols: FTP is unencrypted/],
    [{ protocols: '["FTPS"]' }, /quayside:protocols: FTPS needs a certificate/],
    [{ protocols: '["SFTP","SFTP"]' }, /names a protocol twice/],
    [{ databaseMinCapacity: "8", databaseMaxCapacity: "4" }, /databaseMinCapacity: 8 is more/],
    [{ vpcCidr: "10.0.0.0/8" }, /vpcCidr: 10.0.0.0\/8 cannot be split/],
    [{ vpcCidr: "10.0.0.0/23" }, /vpcCidr: 10.0.0.0\/23 cannot be split .* use a block of \/16 to \/22/],
    [{ logRetentionDays: "31" }, /logRetentionDays: expected one of 1, 3,/],
    [{ secretRecoveryDays: "3" }, /secretRecoveryDays: expected 0, or 7 to 30/],
    [{ internalHostname: "files.internal.example" }, /quayside:internalHostname: has no use without internalEndpoint/],
    [{ internalEndpointSources: '["10.0.0.0/8"]' }, /quayside:internalEndpointSources: has no use/],
    [{ internalHostKey: "-----BEGIN A KEY-----" }, /quayside:internalHostKey: has no use/],
    [{ internalEndpoint: "true", internalHostKey: "ssh-ed25519 AAAA" }, /internalHostKey: .*expected a private key/],
    [{ efsPermissions: "rwx" }, /efsPermissions: expected an octal mode/],
    [{ efsUid: "0" }, /quayside:efsUid/],
    [{ efsReaderSources: '["10.0.0.0/8"]' }, /quayside:efsReaderRoles, efsReaderSources: have no use without efs/],
    [{ efs: "true", efsReaderSources: '["10.0.0.0/8"]' }, /applications need both/],
    [{ efs: "true", efsReaderRoles: '["billing"]' }, /efsReaderRoles.0: expected the ARN of a role/],
    [{ scan: "clamav" }, /quayside:scan: /],
    [{ replicaRegion: "Ireland" }, /replicaRegion: expected a region such as eu-west-1/],
    [{ ignoredNames: '["*.tmp","*.{tmp,part}"]' }, /ignoredNames.1: expected endings of file names such as "\*\.part"/],
    ...["part*", "*", "**", "upload?*", "*.*", "*part", "tmp", "*.t/mp", "*.$tmp", "*.a,*.b"].map(
      (name): [Record<string, string>, RegExp] => [
        { ignoredNames: JSON.stringify([name]) },
        /ignoredNames.0: expected/,
      ],
    ),
  ];
  for (const [config, message] of contradictions) {
    it(`refuses ${JSON.stringify(config)}`, () => {
      expect(() => read(config)).to.throw(message);
    });
  }

  it("accepts FTP inside the VPC", () => {
    expect(read({ protocols: '["SFTP","FTP"]', partnerEndpointAccess: "vpc" }).protocols).to.include("FTP");
  });
});

import { GetObjectTaggingCommand, PutObjectTaggingCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import type SftpClient from "ssh2-sftp-client";
import type { FolderEntitlement } from "../../domain/entitlements";
import { logicalDirectories } from "../../domain/logical-directories";
import { objectKey, virtualPath } from "../../domain/paths";
import { sessionPolicy } from "../../domain/session-policy";
import { bucket, EndpointFixture, errorOf, username } from "./endpoint-fixture";

const listing = (entries: SftpClient.FileInfo[]) => entries.map(({ name, size, type }) => ({ name, size, type }));

describe("startSftpEndpoint: sessions", () => {
  let fixture: EndpointFixture;
  let client: SftpClient;
  beforeEach(async () => {
    fixture = new EndpointFixture();
    await fixture.start();
  });
  afterEach(() => fixture.stop());

  describe("under the session policy of a partner", () => {
    const folder = (name: string, access: FolderEntitlement["access"]): FolderEntitlement => ({
      virtualPath: virtualPath(`/${name}`),
      objectPrefix: objectKey(`acme/${name}/`),
      access,
      fileGroup: null,
      replicate: false,
    });
    const folders = [folder("up", "upload"), folder("down", "download"), folder("both", "both")];

    beforeEach(async () => {
      fixture.grant({
        Policy: sessionPolicy({ bucket, keyArn: "arn:aws:kms:eu-central-1:000000000000:key/k", folders }),
        HomeDirectoryDetails: JSON.stringify(logicalDirectories(bucket, folders)),
      });
      client = await fixture.connect();
    });

    it("upload-only folders take files, list them, and give nothing back", async () => {
      await client.put(Buffer.from("x"), "/up/a.csv.part");
      await client.rename("/up/a.csv.part", "/up/a.csv");
      expect(listing(await client.list("/up"))).to.deep.equal([{ name: "a.csv", size: 1, type: "-" }]);
      expect(await client.stat("/up/a.csv")).to.include({ size: 1 });
      expect(await errorOf(client.get("/up/a.csv"))).to.contain("Permission denied");
      expect(await errorOf(client.delete("/up/a.csv"))).to.contain("Permission denied");
      expect(await errorOf(client.rename("/up/a.csv", "/up/b.csv"))).to.contain("Permission denied");
    });

    it("download-only folders give files and take none", async () => {
      await fixture.put("acme/down/a", "x");
      expect(String(await client.get("/down/a"))).to.equal("x");
      fixture.accessCalls.length = 0;
      for (const change of [
        () => client.put(Buffer.from("x"), "/down/b"),
        () => client.delete("/down/a"),
        () => client.mkdir("/down/dir"),
        () => client.rename("/down/a", "/both/a"),
        () => client.rename("/both/a", "/down/b"),
      ]) {
        expect(await errorOf(change())).to.match(/Permission denied/);
      }
      // Refused before S3 was asked for anything but to look.
      expect(fixture.accessCalls.filter(({ action }) => !/ListBucket|GetObject$/.test(action))).to.deep.equal([]);
    });

    it("folders for both take and give", async () => {
      await client.put(Buffer.from("x"), "/both/a");
      await client.mkdir("/both/dir");
      await client.rename("/both/a", "/both/dir/a");
      expect(String(await client.get("/both/dir/a"))).to.equal("x");
      await client.delete("/both/dir/a");
      await client.rmdir("/both/dir");
      expect(await fixture.keys()).to.deep.equal([]);
    });

    it("renames what a malware scan has marked, with its mark", async () => {
      const mark = [{ Key: "GuardDutyMalwareScanStatus", Value: "NO_THREATS_FOUND" }];
      for (const [from, to] of [
        ["up/a.csv.part", "up/a.csv"],
        ["both/a", "both/b"],
      ]) {
        await client.put(Buffer.from("x"), `/${from}`);
        const Tagging = { TagSet: mark };
        await fixture.admin.send(new PutObjectTaggingCommand({ Bucket: bucket, Key: `acme/${from}`, Tagging }));
        await client.rename(`/${from}`, `/${to}`);
        const { TagSet } = await fixture.admin.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: `acme/${to}` }));
        expect(TagSet, to).to.deep.equal(mark);
      }
    });

    it("fills in the user's name and hands the policy on to S3", async () => {
      const Resource = `arn:aws:s3:::${bucket}/acme/up/\${transfer:UserName}-*`;
      const statement = { Effect: "Allow", Action: ["s3:PutObject", "s3:ListBucket"], Resource };
      fixture.grant({
        Policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
        HomeDirectoryDetails: JSON.stringify([{ Entry: "/up", Target: `/${bucket}/acme/up` }]),
      });
      const other = await fixture.connect();
      await other.put(Buffer.from("x"), `/up/${username}-a`);
      expect(await errorOf(other.put(Buffer.from("x"), "/up/somebody-a"))).to.contain("Permission denied");
      const put = fixture.accessCalls.find(({ action }) => action === "s3:PutObject");
      expect(put?.principal.sessionPolicy).to.contain(`acme/up/${username}-*`);
    });
  });

  it("starts in the home directory where one is given, by mapping or by path", async () => {
    fixture.grant({ HomeDirectory: "/claims" });
    client = await fixture.connect();
    expect(await client.cwd()).to.equal("/claims");
    await client.put(Buffer.from("x"), "relative");
    const { HomeDirectoryDetails: _, ...byPath } = fixture.granted();
    fixture.answer = () => ({ body: { ...byPath, HomeDirectoryType: "PATH", HomeDirectory: `/${bucket}/acme` } });
    const other = await fixture.connect();
    expect(await other.cwd()).to.equal(`/${bucket}/acme`);
    expect(String(await other.get("claims/relative"))).to.equal("x");
    expect((await other.list("/")).map(({ name }) => name)).to.deep.equal([bucket]);
  });

  it("refuses to set attributes, or ignores it where the server is told to", async () => {
    client = await fixture.connect();
    await client.put(Buffer.from("x"), "/claims/a");
    expect(await errorOf(client.chmod("/claims/a", 0o600))).to.contain("not supported");
    await fixture.stop();
    fixture = new EndpointFixture();
    await fixture.start({ ignoresAttributes: true });
    client = await fixture.connect();
    await client.put(Buffer.from("x"), "/claims/a");
    await client.chmod("/claims/a", 0o600);
  });

  it("disconnects who is idle", async () => {
    await fixture.stop();
    fixture = new EndpointFixture();
    await fixture.start({ idleSeconds: 0.2 });
    client = await fixture.connect();
    await new Promise((resolve) => client.on("close", resolve));
    await fixture.endpoint.stop();
    expect(fixture.activities()).to.deep.equal(["CONNECTED", "DISCONNECTED"]);
  });
});

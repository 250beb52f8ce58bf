import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { readVersion } from "../../adapters/read-version";
import { bytesOf, type S3Fixture, startS3 } from "../../local/s3/s3-fixture";
import { type LedgerFixture, startLedger } from "../ledger-fixture";
import { bucket } from "../uploads-fixture";
import { makeMount, order, replicateInstance } from "./replicate-fixture";

describe("readVersion", () => {
  let s3: S3Fixture;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "quayside-s3-"));
    s3 = await startS3({ folder });
    await s3.s3.createBucket({ bucket });
    await s3.s3.setVersioning({ bucket, status: "Enabled" });
  });
  after(async () => {
    await s3.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const put = async (Key: string, Body: string) => {
    const { VersionId } = await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.from(Body) }));
    return { bucket, objectKey: Key, versionId: VersionId ?? expect.fail("no version") };
  };
  const read = async (version: { bucket: string; objectKey: string; versionId: string }) => {
    const content = await readVersion(s3.client)(version);
    return content && (await bytesOf(content)).toString();
  };

  it("reads exactly that version, also of an object that is gone since", async () => {
    const [first, second] = [await put("acme/a", "one"), await put("acme/a", "two")];
    await s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: "acme/a" }));
    expect(await read(first)).to.equal("one");
    expect(await read(second)).to.equal("two");
  });

  it("finds nothing of what was purged, or never was", async () => {
    const version = await put("acme/b", "one");
    await s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: "acme/b", VersionId: version.versionId }));
    expect(await read(version)).to.equal(null);
    expect(await read({ ...version, objectKey: "acme/never" })).to.equal(null);
  });

  it("does not take another error for that", async () => {
    const version = await put("acme/c", "one");
    const error = await read({ ...version, bucket: "elsewhere" }).catch((failure: Error) => failure.name);
    expect(error).to.equal("NoSuchBucket");
  });

  describe("with replicate", () => {
    let fixture: LedgerFixture;
    before(async () => {
      fixture = await startLedger();
    });
    after(() => fixture.stop());

    it("copies objects of every size to the mount", async () => {
      const mount = await makeMount();
      const ledger = fixture.connect("quayside_replicate", 2);
      const instance = replicateInstance({
        ...{ ledger, mount },
        objects: new Map(),
        readVersion: readVersion(s3.client),
      });
      const contents = { "acme/claims/empty": "", "acme/claims/one": "x", "acme/claims/many": "y".repeat(9_000_001) };
      for (const [key, content] of Object.entries(contents)) {
        const { versionId } = await put(key, content);
        expect(await instance.handle(order("created", key, { versionId, size: content.length }))).to.deep.equal([]);
        expect(await readFile(join(mount.path, key), "utf8")).to.equal(content);
      }
      await mount.remove();
    });
  });
});

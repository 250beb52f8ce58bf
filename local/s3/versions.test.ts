import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { refusal, type S3Fixture, startS3 } from "./s3-fixture";

describe("S3 versions", () => {
  let fixture: S3Fixture;
  let Bucket: string;
  let buckets = 0;
  const client = () => fixture.client;
  const put = async (Key: string, Body: string) =>
    (await client().send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId;
  const text = async (Key: string, VersionId?: string) =>
    (await client().send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();
  const remove = (Key: string, VersionId?: string) =>
    client().send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  const all = async () => {
    const { Versions = [], DeleteMarkers = [] } = await client().send(new ListObjectVersionsCommand({ Bucket }));
    return { versions: Versions.map((v) => v.VersionId), markers: DeleteMarkers.map((m) => m.VersionId) };
  };

  before(async () => {
    fixture = await startS3();
  });
  after(async () => {
    await fixture.stop();
    expect(fixture.faults).to.deep.equal([]);
  });
  beforeEach(async () => {
    Bucket = `versions-${buckets++}`;
    await fixture.s3.createBucket({ bucket: Bucket });
    await fixture.s3.setVersioning({ bucket: Bucket, status: "Enabled" });
  });

  it("keeps each version, newest first", async () => {
    const first = await put("k", "one");
    const second = await put("k", "two");
    expect(first).to.match(/^[\w.]{32}$/);
    expect(await text("k")).to.equal("two");
    expect(await text("k", first)).to.equal("one");
    const { Versions = [] } = await client().send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).to.deep.equal([
      [second, true],
      [first, false],
    ]);
  });

  it("hides a key behind a delete marker, and brings it back without", async () => {
    const version = await put("k", "kept");
    const marker = await remove("k");
    expect(marker.DeleteMarker).to.equal(true);
    const gone = await refusal(client().send(new GetObjectCommand({ Bucket, Key: "k" })));
    expect([gone.name, gone.$response?.headers["x-amz-delete-marker"]]).to.deep.equal(["NoSuchKey", "true"]);
    const byId = await refusal(client().send(new GetObjectCommand({ Bucket, Key: "k", VersionId: marker.VersionId })));
    expect([byId.name, byId.$metadata.httpStatusCode]).to.deep.equal(["MethodNotAllowed", 405]);
    expect(byId.$response?.headers.allow).to.equal("DELETE");
    expect((await client().send(new ListObjectsV2Command({ Bucket }))).Contents).to.equal(undefined);
    expect(await text("k", version)).to.equal("kept");
    const CopySource = `${Bucket}/k?versionId=${marker.VersionId}`;
    const copied = await refusal(client().send(new CopyObjectCommand({ Bucket, Key: "c", CopySource })));
    expect(copied.name).to.equal("InvalidRequest");
    expect((await remove("k", marker.VersionId)).DeleteMarker).to.equal(true);
    expect(await text("k")).to.equal("kept");
  });

  it("deletes a version for good", async () => {
    const first = await put("k", "one");
    const second = await put("k", "two");
    expect((await remove("k", second)).VersionId).to.equal(second);
    expect(await text("k")).to.equal("one");
    const gone = await refusal(client().send(new GetObjectCommand({ Bucket, Key: "k", VersionId: second })));
    expect([gone.name, gone.$metadata.httpStatusCode]).to.deep.equal(["NoSuchVersion", 404]);
    await remove("k", first);
    expect(await all()).to.deep.equal({ versions: [], markers: [] });
  });

  it("adds a marker even for a key that never was", async () => {
    const marker = await remove("never");
    expect(await all()).to.deep.equal({ versions: [], markers: [marker.VersionId] });
  });

  it("copies an old version over the new", async () => {
    const first = await put("k", "one");
    await put("k", "two");
    const CopySource = `${Bucket}/k?versionId=${first}`;
    const copy = await client().send(new CopyObjectCommand({ Bucket, Key: "k", CopySource }));
    expect(copy.CopySourceVersionId).to.equal(first);
    expect(await text("k")).to.equal("one");
    expect(await text("k", copy.VersionId)).to.equal("one");
    expect((await all()).versions).to.have.length(3);
  });

  it("replaces the null version once versions are suspended", async () => {
    const kept = await put("k", "versioned");
    await fixture.s3.setVersioning({ bucket: Bucket, status: "Suspended" });
    await put("k", "null one");
    await put("k", "null two");
    expect((await all()).versions).to.deep.equal(["null", kept]);
    expect(await text("k", "null")).to.equal("null two");
    expect((await remove("k")).VersionId).to.equal("null");
    expect(await all()).to.deep.equal({ versions: [kept], markers: ["null"] });
    expect(await text("k", kept)).to.equal("versioned");
  });

  it("gives what was written before versions the id null", async () => {
    const bucket = `unversioned-${Bucket}`;
    await fixture.s3.createBucket({ bucket });
    await client().send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "old" }));
    await fixture.s3.setVersioning({ bucket, status: "Enabled" });
    await client().send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "new" }));
    const old = await client().send(new HeadObjectCommand({ Bucket: bucket, Key: "k", VersionId: "null" }));
    expect([old.VersionId, old.ContentLength]).to.deep.equal(["null", 3]);
  });

  it("overwrites and deletes for good where there are no versions", async () => {
    Bucket = `off-${Bucket}`;
    await fixture.s3.createBucket({ bucket: Bucket });
    expect(await put("k", "one")).to.equal(undefined);
    await put("k", "two");
    expect(await all()).to.deep.equal({ versions: ["null"], markers: [] });
    const deleted = await remove("k");
    expect([deleted.DeleteMarker, deleted.VersionId]).to.deep.equal([undefined, undefined]);
    expect(await all()).to.deep.equal({ versions: [], markers: [] });
  });

  it("deletes versions in bulk", async () => {
    const first = await put("k", "one");
    await put("k", "two");
    const Objects = [{ Key: "k", VersionId: first }, { Key: "k" }, { Key: "k", VersionId: "no-version-id" }];
    const result = await client().send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(result.Deleted?.[0]).to.deep.equal({ Key: "k", VersionId: first });
    expect(result.Deleted?.[1]).to.deep.include({ Key: "k", DeleteMarker: true });
    expect(result.Errors?.map(({ Code, VersionId }) => [Code, VersionId])).to.deep.equal([
      ["InvalidArgument", "no-version-id"],
    ]);
  });

  it("reads a version to its end although it is deleted meanwhile", async () => {
    const size = 8 * 1024 * 1024;
    const { VersionId } = await client().send(
      new PutObjectCommand({ Bucket, Key: "big", Body: Buffer.alloc(size, 7) }),
    );
    const { Body } = await client().send(new GetObjectCommand({ Bucket, Key: "big", VersionId }));
    await remove("big", VersionId);
    const bytes = await Body?.transformToByteArray();
    expect(bytes?.length).to.equal(size);
  });

  it("deletes the file of a version once the last reader has left it", async () => {
    const blobs = () => readdir(join(fixture.folder, "blobs"));
    const before = await blobs();
    const { VersionId } = await client().send(
      new PutObjectCommand({ Bucket, Key: "big", Body: Buffer.alloc(64 * 1024 * 1024) }),
    );
    const [blob = ""] = (await blobs()).filter((name) => !before.includes(name));
    const { Body } = await client().send(new GetObjectCommand({ Bucket, Key: "big", VersionId }));
    await remove("big", VersionId);
    expect(await blobs()).to.include(blob);
    if (Body instanceof Readable) Body.on("error", () => {}).destroy();
    while ((await blobs()).includes(blob)) await setTimeout(5);
  });
});

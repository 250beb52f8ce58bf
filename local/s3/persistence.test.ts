import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { serviceCaller } from "./caller";
import { createS3 } from "./create-s3";
import { bytesOf, type S3Fixture, startS3 } from "./s3-fixture";

const Bucket = "files";

describe("S3 over a restart", () => {
  let folder: string;
  let fixture: S3Fixture | undefined;
  const start = async () => {
    fixture = await startS3({ folder, persistent: true });
    return fixture;
  };
  const stop = async () => {
    await fixture?.stop({ folder: true });
    expect(fixture?.faults ?? []).to.deep.equal([]);
    fixture = undefined;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "quayside-s3-"));
  });
  afterEach(async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("keeps buckets, versions, tags and uploads under way", async () => {
    const first = await start();
    await first.s3.createBucket({ bucket: Bucket, tags: { a: "b" } });
    await first.s3.setVersioning({ bucket: Bucket, status: "Enabled" });
    const put = (Key: string, Body: string) =>
      first.client.send(new PutObjectCommand({ Bucket, Key, Body, Metadata: { m: Body } }));
    const { VersionId } = await put("k", "one");
    await put("k", "two");
    await put("gone", "x");
    await first.client.send(new DeleteObjectCommand({ Bucket, Key: "gone" }));
    const TagSet = [{ Key: "t", Value: "1" }];
    await first.client.send(new PutObjectTaggingCommand({ Bucket, Key: "k", VersionId, Tagging: { TagSet } }));
    const { UploadId } = await first.client.send(new CreateMultipartUploadCommand({ Bucket, Key: "mpu" }));
    const { ETag } = await first.client.send(
      new UploadPartCommand({ Bucket, Key: "mpu", UploadId, PartNumber: 1, Body: "part" }),
    );
    const before = await first.client.send(new ListObjectVersionsCommand({ Bucket }));
    await stop();

    for (let restart = 0; restart < 2; restart++) {
      const { s3, client } = await start();
      expect(s3.configurationOf(Bucket)).to.deep.include({ versioning: "Enabled", tags: { a: "b" } });
      const { Versions, DeleteMarkers } = await client.send(new ListObjectVersionsCommand({ Bucket }));
      expect({ Versions, DeleteMarkers }).to.deep.equal({
        Versions: before.Versions,
        DeleteMarkers: before.DeleteMarkers,
      });
      const got = await client.send(new GetObjectCommand({ Bucket, Key: "k", VersionId }));
      expect([await got.Body?.transformToString(), got.Metadata]).to.deep.equal(["one", { m: "one" }]);
      expect((await client.send(new GetObjectTaggingCommand({ Bucket, Key: "k", VersionId }))).TagSet).to.deep.equal(
        TagSet,
      );
      await stop();
    }

    const { client } = await start();
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key: "mpu", UploadId, MultipartUpload }));
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: "mpu" }));
    expect(await Body?.transformToString()).to.equal("part");
  });

  it("forgets what a crash cut off, and the files of it", async () => {
    const first = await start();
    await first.s3.createBucket({ bucket: Bucket });
    await first.client.send(new PutObjectCommand({ Bucket, Key: "whole", Body: "whole" }));
    await stop();
    const [line = ""] = (await readFile(join(folder, "journal.jsonl"), "utf8")).split("\n");
    await appendFile(join(folder, "journal.jsonl"), line.slice(0, 20));
    await writeFile(join(folder, "blobs", "orphan"), "x");
    await writeFile(join(folder, "incoming", "half"), "x");
    const { client } = await start();
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: "whole" }));
    expect(await Body?.transformToString()).to.equal("whole");
    expect(await readdir(join(folder, "blobs")))
      .to.have.length(1)
      .and.not.include("orphan");
    expect(await readdir(join(folder, "incoming"))).to.deep.equal([]);
  });

  it("starts empty where nothing is to be kept, but not over what is", async () => {
    const once = await createS3({ folder });
    await once.createBucket({ bucket: Bucket });
    const content = (async function* () {
      yield Buffer.from("x");
    })();
    await once.putObject(serviceCaller("test"), { bucket: Bucket, key: "k", body: { content } });
    const { body } = await once.getObject(serviceCaller("test"), { bucket: Bucket, key: "k" });
    expect((await bytesOf(body)).toString()).to.equal("x");
    await once.close();
    const again = await createS3({ folder });
    expect(again.bucketNames()).to.deep.equal([]);
    expect(await readdir(join(folder, "blobs"))).to.deep.equal([]);
    await again.close();
    await (await createS3({ folder, persistent: true })).close();
    expect(await createS3({ folder }).catch(String)).to.contain("holds a persistent S3 store");
  });
});

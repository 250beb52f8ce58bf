import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { refusal, type S3Fixture, startS3 } from "./s3-fixture";

const Bucket = "files";
const md5 = (text: string) => createHash("md5").update(text).digest("hex");

describe("S3 objects", () => {
  let fixture: S3Fixture;
  const send: S3Fixture["client"]["send"] = ((command: never) => fixture.client.send(command)) as never;
  const text = async (Key: string, more: { VersionId?: string } = {}) => {
    const { Body } = await fixture.client.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return Body?.transformToString();
  };

  before(async () => {
    fixture = await startS3();
    await fixture.s3.createBucket({ bucket: Bucket });
  });
  after(async () => {
    await fixture.stop();
    expect(fixture.faults).to.deep.equal([]);
  });

  it("gives back bytes, metadata and headers", async () => {
    const Metadata = { "user-agent": "AWSTransfer", "user-agent-id": "acme@s-1" };
    const put = await send(
      new PutObjectCommand({
        ...{ Bucket, Key: "a.csv", Body: "a;b\n", Metadata, ContentType: "text/csv", ContentEncoding: "gzip" },
        ...{ CacheControl: "no-store", ContentDisposition: 'attachment; filename="a"', Tagging: "kind=claims&x=%20y" },
      }),
    );
    expect(put.ETag).to.equal(`"${md5("a;b\n")}"`);
    expect(put.ServerSideEncryption).to.equal("AES256");
    expect(put.VersionId).to.equal(undefined);
    const got = await send(new GetObjectCommand({ Bucket, Key: "a.csv" }));
    expect(await got.Body?.transformToString()).to.equal("a;b\n");
    expect(got).to.include({ ContentType: "text/csv", ContentEncoding: "gzip", CacheControl: "no-store" });
    expect(got).to.include({ ContentLength: 4, AcceptRanges: "bytes", TagCount: 2, ETag: put.ETag });
    expect(got.Metadata).to.deep.equal(Metadata);
    const head = await send(new HeadObjectCommand({ Bucket, Key: "a.csv" }));
    expect(head).to.include({ ContentLength: 4, ContentDisposition: 'attachment; filename="a"', ETag: put.ETag });
    expect(head.Metadata).to.deep.equal(Metadata);
  });

  it("overrides headers of the answer on request", async () => {
    await send(new PutObjectCommand({ Bucket, Key: "o", Body: "x" }));
    const got = await send(
      new GetObjectCommand({ Bucket, Key: "o", ResponseContentType: "text/x", ResponseCacheControl: "y" }),
    );
    expect(got).to.include({ ContentType: "text/x", CacheControl: "y" });
    await got.Body?.transformToString();
  });

  const keys = [
    "a/../b",
    "../x",
    "/lead",
    "a//b",
    "blank and+plus",
    "per%cent%2F",
    "😀/né.txt",
    "a?b&c=d#e",
    "tab\tnew\nline",
    ".",
  ];
  for (const Key of [...keys, "k".repeat(1024), "é".repeat(512)]) {
    it(`keeps the key ${JSON.stringify(Key.slice(0, 20))}`, async () => {
      await send(new PutObjectCommand({ Bucket, Key, Body: `of ${Key}` }));
      expect(await text(Key)).to.equal(`of ${Key}`);
      const { Contents = [] } = await send(new ListObjectsV2Command({ Bucket, Prefix: Key }));
      expect(Contents.map((object) => object.Key)).to.include(Key);
      const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
      await send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
      expect(await text("copy")).to.equal(`of ${Key}`);
      const { Deleted } = await send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }] } }));
      expect(Deleted).to.deep.equal([{ Key }]);
      expect((await refusal(send(new HeadObjectCommand({ Bucket, Key })))).name).to.equal("NotFound");
    });
  }

  it("never names files after keys", async () => {
    await send(new PutObjectCommand({ Bucket, Key: "very/telling-name", Body: "x" }));
    const names = await readdir(fixture.folder, { recursive: true });
    expect(names.filter((name) => name.includes("telling"))).to.deep.equal([]);
    expect(names.length).to.be.greaterThan(2);
  });

  it("refuses a key over 1,024 bytes of UTF-8", async () => {
    for (const Key of ["k".repeat(1025), "é".repeat(513)]) {
      const error = await refusal(send(new PutObjectCommand({ Bucket, Key, Body: "x" })));
      expect([error.name, error.$metadata.httpStatusCode]).to.deep.equal(["KeyTooLongError", 400]);
    }
  });

  describe("ranges", () => {
    before(() => send(new PutObjectCommand({ Bucket, Key: "digits", Body: "0123456789" })));
    const cases: [string, string, string][] = [
      ["bytes=0-0", "0", "bytes 0-0/10"],
      ["bytes=3-5", "345", "bytes 3-5/10"],
      ["bytes=7-", "789", "bytes 7-9/10"],
      ["bytes=8-100", "89", "bytes 8-9/10"],
      ["bytes=-4", "6789", "bytes 6-9/10"],
      ["bytes=-40", "0123456789", "bytes 0-9/10"],
    ];
    for (const [Range, content, ContentRange] of cases) {
      it(Range, async () => {
        const got = await send(new GetObjectCommand({ Bucket, Key: "digits", Range }));
        expect(got.$metadata.httpStatusCode).to.equal(206);
        expect([await got.Body?.transformToString(), got.ContentRange]).to.deep.equal([content, ContentRange]);
        const head = await send(new HeadObjectCommand({ Bucket, Key: "digits", Range }));
        expect(head.ContentLength).to.equal(content.length);
      });
    }
    for (const Range of ["bytes=10-", "bytes=10-20", "bytes=-0"]) {
      it(`${Range} is InvalidRange`, async () => {
        const error = await refusal(send(new GetObjectCommand({ Bucket, Key: "digits", Range })));
        expect([error.name, error.$metadata.httpStatusCode]).to.deep.equal(["InvalidRange", 416]);
      });
    }
    it("ignores a range that cannot be read, and names several as not implemented", async () => {
      const got = await send(new GetObjectCommand({ Bucket, Key: "digits", Range: "lines=1-2" }));
      expect([got.$metadata.httpStatusCode, await got.Body?.transformToString()]).to.deep.equal([200, "0123456789"]);
      const error = await refusal(send(new GetObjectCommand({ Bucket, Key: "digits", Range: "bytes=0-1,3-4" })));
      expect([error.name, error.message]).to.deep.equal([
        "NotImplemented",
        "The local S3 does not implement a Range of several parts.",
      ]);
    });
  });

  describe("conditions", () => {
    let ETag: string | undefined;
    const Key = "conditional";
    before(async () => {
      ETag = (await send(new PutObjectCommand({ Bucket, Key, Body: "v" }))).ETag;
    });
    const past = new Date("2001-01-01");
    const future = new Date(Date.now() + 24 * 3_600_000);
    it("of reads", async () => {
      const codes = async (more: object) => {
        const read = send(new GetObjectCommand({ Bucket, Key, ...more }));
        const got = await read.catch((error) => error);
        await got.Body?.transformToString();
        return got.$metadata.httpStatusCode;
      };
      expect(await codes({ IfMatch: ETag })).to.equal(200);
      expect(await codes({ IfMatch: "*" })).to.equal(200);
      expect(await codes({ IfMatch: '"other"' })).to.equal(412);
      expect(await codes({ IfNoneMatch: ETag })).to.equal(304);
      expect(await codes({ IfNoneMatch: '"other"' })).to.equal(200);
      expect(await codes({ IfModifiedSince: past })).to.equal(200);
      expect(await codes({ IfModifiedSince: future })).to.equal(304);
      expect(await codes({ IfUnmodifiedSince: past })).to.equal(412);
      expect(await codes({ IfMatch: ETag, IfUnmodifiedSince: past })).to.equal(200);
      expect(await codes({ IfNoneMatch: '"other"', IfModifiedSince: future })).to.equal(200);
    });
    it("of writes", async () => {
      const put = (more: object) => send(new PutObjectCommand({ Bucket, Body: "w", Key, ...more }));
      expect((await refusal(put({ IfNoneMatch: "*" }))).name).to.equal("PreconditionFailed");
      expect((await refusal(put({ IfNoneMatch: ETag }))).name).to.equal("NotImplemented");
      expect((await refusal(put({ IfMatch: '"other"' }))).name).to.equal("PreconditionFailed");
      expect((await refusal(put({ IfMatch: ETag, Key: "missing" }))).name).to.equal("NoSuchKey");
      expect(await text(Key)).to.equal("v");
      await put({ IfMatch: ETag });
      expect(await text(Key)).to.equal("w");
      await put({ IfNoneMatch: "*", Key: "fresh" });
    });
    it("of writes at once: one wins", async () => {
      const puts = Array.from({ length: 5 }, (_, index) =>
        send(new PutObjectCommand({ Bucket, Key: "race", Body: `${index}`.repeat(1000), IfNoneMatch: "*" })),
      );
      const results = await Promise.allSettled(puts);
      expect(results.filter(({ status }) => status === "fulfilled")).to.have.length(1);
    });
  });

  it("copies with metadata, or replaces it", async () => {
    await send(
      new PutObjectCommand({
        Bucket,
        Key: "s",
        Body: "s",
        Metadata: { a: "1" },
        ContentType: "text/s",
        Tagging: "t=1",
      }),
    );
    const copy = (more: object) =>
      send(new CopyObjectCommand({ Bucket, Key: "t", CopySource: `${Bucket}/s`, ...more }));
    expect((await copy({})).CopyObjectResult?.ETag).to.equal(`"${md5("s")}"`);
    expect(await send(new HeadObjectCommand({ Bucket, Key: "t" }))).to.deep.include({
      ContentType: "text/s",
      Metadata: { a: "1" },
    });
    expect((await send(new GetObjectTaggingCommand({ Bucket, Key: "t" }))).TagSet).to.deep.equal([
      { Key: "t", Value: "1" },
    ]);
    await copy({ MetadataDirective: "REPLACE", Metadata: { b: "2" }, TaggingDirective: "REPLACE", Tagging: "u=2" });
    expect(await send(new HeadObjectCommand({ Bucket, Key: "t" }))).to.deep.include({ Metadata: { b: "2" } });
    expect((await send(new GetObjectTaggingCommand({ Bucket, Key: "t" }))).TagSet).to.deep.equal([
      { Key: "u", Value: "2" },
    ]);
    await send(new DeleteObjectCommand({ Bucket, Key: "s" }));
    expect(await text("t")).to.equal("s");
  });

  it("refuses copies that S3 refuses", async () => {
    await send(new PutObjectCommand({ Bucket, Key: "self", Body: "s" }));
    await send(new PutObjectCommand({ Bucket, Key: "other", Body: "o" }));
    const copy = (CopySource: string, more = {}) =>
      refusal(send(new CopyObjectCommand({ Bucket, Key: "self", CopySource, ...more })));
    expect((await copy(`${Bucket}/self`)).name).to.equal("InvalidRequest");
    expect((await copy(`${Bucket}/missing`)).name).to.equal("NoSuchKey");
    expect((await copy("nowhere/self")).name).to.equal("NoSuchBucket");
    expect((await copy("self")).name).to.equal("InvalidArgument");
    expect((await copy(`${Bucket}/other`, { CopySourceIfMatch: '"other"' })).name).to.equal("PreconditionFailed");
    expect((await copy(`${Bucket}/other%`)).name).to.equal("InvalidURI");
  });

  it("decodes a plus sign of x-amz-copy-source as a blank", async () => {
    await send(new PutObjectCommand({ Bucket, Key: "c d", Body: "blank" }));
    await send(new CopyObjectCommand({ Bucket, Key: "e", CopySource: `${Bucket}/c+d` }));
    expect(await text("e")).to.equal("blank");
  });

  it("sets, reads and deletes tags", async () => {
    const Key = "tagged";
    const tags = async () => (await send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet;
    await send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    expect(await tags()).to.deep.equal([]);
    const TagSet = [
      { Key: "a <&>", Value: "1 + 1" },
      { Key: "GuardDutyMalwareScanStatus", Value: "NO_THREATS_FOUND" },
    ];
    await send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }));
    expect(await tags()).to.deep.equal(TagSet);
    await send(new DeleteObjectTaggingCommand({ Bucket, Key }));
    expect(await tags()).to.deep.equal([]);
    const twice = [
      { Key: "a", Value: "1" },
      { Key: "a", Value: "2" },
    ];
    const eleven = Array.from({ length: 11 }, (_, index) => ({ Key: `k${index}`, Value: "v" }));
    const put = (wrong: typeof twice) =>
      refusal(send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: wrong } })));
    expect((await put(twice)).name).to.equal("InvalidTag");
    expect((await put(eleven)).name).to.equal("BadRequest");
  });

  it("deletes many at once, each told of", async () => {
    const Objects = ["d1", "d2", "never-there"].map((Key) => ({ Key }));
    await send(new PutObjectCommand({ Bucket, Key: "d1", Body: "x" }));
    await send(new PutObjectCommand({ Bucket, Key: "d2", Body: "x" }));
    const { Deleted, Errors } = await send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect([Deleted, Errors]).to.deep.equal([Objects, undefined]);
    const quiet = await send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    expect(quiet.Deleted).to.equal(undefined);
  });

  it("knows its buckets", async () => {
    expect((await send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).to.deep.equal([Bucket]);
    expect((await send(new HeadBucketCommand({ Bucket }))).BucketRegion).to.equal("eu-central-1");
    expect((await send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).to.equal("eu-central-1");
    const missing = await refusal(send(new HeadBucketCommand({ Bucket: "missing" })));
    expect(missing.$metadata.httpStatusCode).to.equal(404);
    expect((await refusal(send(new GetObjectCommand({ Bucket: "missing", Key: "a" })))).name).to.equal("NoSuchBucket");
    expect((await refusal(send(new GetObjectCommand({ Bucket, Key: "missing" })))).name).to.equal("NoSuchKey");
    expect((await refusal(send(new PutObjectCommand({ Bucket: "missing", Key: "a", Body: "x" })))).name).to.equal(
      "NoSuchBucket",
    );
  });

  it("guards against another owner's bucket", async () => {
    const owned = (ExpectedBucketOwner: string) =>
      send(new HeadObjectCommand({ Bucket, Key: "owned", ExpectedBucketOwner }));
    await send(new PutObjectCommand({ Bucket, Key: "owned", Body: "x" }));
    await owned("000000000000");
    expect((await refusal(owned("111111111111"))).$metadata.httpStatusCode).to.equal(403);
  });
});

import {
  DeleteObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  PutObjectCommand,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { serviceCaller } from "./caller";
import { refusal, type S3Fixture, startS3 } from "./s3-fixture";

const Bucket = "files";
const keys = ["a", "a b", "a/", "a/1", "a/2", "a/b/3", "a/b/4", "b", "c//", "z\u{ff5e}", "z\u{1f600}", "ä"];
const empty = async function* () {};

describe("S3 listings", () => {
  let fixture: S3Fixture;
  const list = async (more: Partial<ListObjectsV2CommandInput> = {}) => {
    const page = await fixture.client.send(new ListObjectsV2Command({ Bucket, ...more }));
    const found = (page.Contents ?? []).map(({ Key }) => Key ?? "");
    const prefixes = (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? "");
    return {
      keys: found,
      prefixes,
      next: page.NextContinuationToken,
      truncated: page.IsTruncated,
      count: page.KeyCount,
    };
  };
  const everyPage = async (more: Partial<ListObjectsV2CommandInput>) => {
    const found: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await list({ ...more, ContinuationToken });
      expect(page.keys.length + page.prefixes.length).to.be.at.most(more.MaxKeys ?? 1000);
      found.push(...page.keys, ...page.prefixes);
      ContinuationToken = page.next;
      expect(page.truncated).to.equal(ContinuationToken !== undefined);
    } while (ContinuationToken !== undefined);
    return found;
  };

  before(async () => {
    fixture = await startS3();
    await fixture.s3.createBucket({ bucket: Bucket });
    for (const Key of keys.toReversed()) await fixture.client.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
  });
  after(async () => {
    await fixture.stop();
    expect(fixture.faults).to.deep.equal([]);
  });

  it("is in the order of UTF-8 bytes", async () => {
    const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect((await list()).keys).to.deep.equal(sorted);
    expect(sorted.indexOf("z\u{ff5e}")).to.be.lessThan(sorted.indexOf("z\u{1f600}"));
    expect(await everyPage({ MaxKeys: 1 })).to.deep.equal(sorted);
  });

  it("groups by a delimiter", async () => {
    expect(await list({ Delimiter: "/" })).to.deep.include({ prefixes: ["a/", "c/"], count: 8 });
    expect(await list({ Delimiter: "/", Prefix: "a/" })).to.deep.include({
      keys: ["a/", "a/1", "a/2"],
      prefixes: ["a/b/"],
    });
    expect((await list({ Delimiter: "b/", Prefix: "a" })).prefixes).to.deep.equal(["a/b/"]);
    expect((await everyPage({ Delimiter: "/", MaxKeys: 1 })).filter((key) => key.startsWith("a"))).to.deep.equal([
      "a",
      "a b",
      "a/",
    ]);
  });

  it("starts after a key", async () => {
    expect((await list({ StartAfter: "a/2", Prefix: "a" })).keys).to.deep.equal(["a/b/3", "a/b/4"]);
    expect((await list({ StartAfter: "a/1", Delimiter: "/", Prefix: "a/" })).prefixes).to.deep.equal(["a/b/"]);
    expect((await list({ StartAfter: "~~~" })).keys).to.deep.equal(["ä"]);
  });

  it("encodes keys if asked to, and says who owns them if asked to", async () => {
    const page = await fixture.client.send(
      new ListObjectsV2Command({ Bucket, Prefix: "a", EncodingType: "url", FetchOwner: true }),
    );
    expect(page.Contents?.map(({ Key }) => Key)).to.include.members(["a+b", "a/b/3"]);
    expect(page.Contents?.[0]?.Owner?.ID).to.match(/^[0-9a-f]{64}$/);
  });

  it("refuses a continuation token that it did not give, and limits that are none", async () => {
    expect((await refusal(list({ ContinuationToken: "made-up" }))).name).to.equal("InvalidArgument");
    expect((await refusal(list({ MaxKeys: -1 }))).name).to.equal("InvalidArgument");
    expect(await list({ MaxKeys: 0 })).to.deep.include({ keys: [], truncated: false });
  });

  it("lists versions page by page, over markers and prefixes", async () => {
    const bucket = "versions";
    await fixture.s3.createBucket({ bucket });
    await fixture.s3.setVersioning({ bucket, status: "Enabled" });
    for (const Key of ["a", "a", "d/1", "d/2", "e"])
      await fixture.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "x" }));
    await fixture.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: "a" }));
    const pages = async (more: Partial<ListObjectVersionsCommandInput>) => {
      const found: string[] = [];
      let markers: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
      while (markers !== undefined) {
        const page: import("@aws-sdk/client-s3").ListObjectVersionsCommandOutput = await fixture.client.send(
          new ListObjectVersionsCommand({ Bucket: bucket, ...more, ...markers }),
        );
        found.push(...(page.DeleteMarkers ?? []).map(({ Key, IsLatest }) => `${Key} marker ${IsLatest}`));
        found.push(...(page.Versions ?? []).map(({ Key, IsLatest }) => `${Key} ${IsLatest}`));
        found.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix}`));
        const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
        markers = page.IsTruncated ? { KeyMarker, VersionIdMarker } : undefined;
      }
      return found;
    };
    const expected = ["a marker true", "a false", "a false", "d/1 true", "d/2 true", "e true"];
    expect(await pages({})).to.deep.equal(expected);
    expect(await pages({ MaxKeys: 1 })).to.deep.equal(expected);
    expect(await pages({ MaxKeys: 1, Delimiter: "/" })).to.deep.equal([...expected.slice(0, 3), "d/", "e true"]);
    const orphan = new ListObjectVersionsCommand({ Bucket: bucket, VersionIdMarker: "x" });
    expect((await refusal(fixture.client.send(orphan))).name).to.equal("InvalidArgument");
  });

  it("lists 1,100 objects, and 1,100 more in one common prefix, by pages", async () => {
    const bucket = "many";
    const caller = serviceCaller("test");
    await fixture.s3.createBucket({ bucket });
    for (let index = 0; index < 2_200; index++) {
      // Spread, so that insertions fall all over the order.
      const spread = (index * 7_919) % 1_100;
      const key = `${index < 1_100 ? "flat-" : "deep/"}${spread}`;
      await fixture.s3.putObject(caller, { bucket, key, body: { content: empty() } });
    }
    let found = 0;
    for await (const page of paginateListObjectsV2({ client: fixture.client }, { Bucket: bucket, Delimiter: "/" })) {
      found += page.KeyCount ?? 0;
    }
    expect(found).to.equal(1_101);
  });
});

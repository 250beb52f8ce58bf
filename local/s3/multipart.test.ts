import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { expect } from "chai";
import { refusal, type S3Fixture, startS3 } from "./s3-fixture";

const Bucket = "files";
const mebibyte = 1024 ** 2;
const five = Buffer.alloc(5 * mebibyte, "five ");
const md5 = (bytes: Buffer | string) => createHash("md5").update(bytes).digest();

describe("S3 multipart uploads", () => {
  let fixture: S3Fixture;
  const client = () => fixture.client;
  const create = async (Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) => {
    const { UploadId } = await client().send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
    return { Bucket, Key, UploadId };
  };
  type UploadUnderWay = Awaited<ReturnType<typeof create>>;
  const part = async (upload: UploadUnderWay, PartNumber: number, Body: Buffer | string): Promise<CompletedPart> => {
    const { ETag, ChecksumCRC32 } = await client().send(new UploadPartCommand({ ...upload, PartNumber, Body }));
    return { PartNumber, ETag, ChecksumCRC32 };
  };
  const complete = (upload: UploadUnderWay, Parts: CompletedPart[], more = {}) =>
    client().send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...more }));
  const hashOf = async (Key: string) => {
    const { Body } = await client().send(new GetObjectCommand({ Bucket, Key }));
    const hash = createHash("md5");
    if (Body instanceof Readable) for await (const chunk of Body) hash.update(chunk);
    return hash.digest("hex");
  };
  const blobs = async () => (await readdir(join(fixture.folder, "blobs"))).length;

  before(async () => {
    fixture = await startS3();
    await fixture.s3.createBucket({ bucket: Bucket });
  });
  after(async () => {
    await fixture.stop();
    expect(fixture.faults).to.deep.equal([]);
  });

  it("joins parts; the ETag is the MD5 of the parts' MD5s and their number", async () => {
    const upload = await create("joined", {
      ChecksumAlgorithm: "CRC32",
      Metadata: { a: "b" },
      ContentType: "text/x",
      Tagging: "t=1",
    });
    const parts = [await part(upload, 2, five), await part(upload, 7, "last")];
    const done = await complete(upload, parts);
    expect(done.ETag).to.equal(`"${md5(Buffer.concat([md5(five), md5("last")])).toString("hex")}-2"`);
    const head = await client().send(new HeadObjectCommand({ Bucket, Key: "joined", ChecksumMode: "ENABLED" }));
    expect(head).to.deep.include({
      ContentLength: five.length + 4,
      ContentType: "text/x",
      Metadata: { a: "b" },
      ETag: done.ETag,
    });
    expect(head.ChecksumCRC32).to.match(/-2$/);
    expect(await hashOf("joined")).to.equal(md5(Buffer.concat([five, Buffer.from("last")])).toString("hex"));
    const Range = `bytes=${five.length - 2}-${five.length + 1}`;
    const { Body } = await client().send(new GetObjectCommand({ Bucket, Key: "joined", Range }));
    expect(await Body?.transformToString()).to.equal(`${five.subarray(-2)}la`);
    const again = await refusal(complete(upload, parts));
    expect(again.name).to.equal("NoSuchUpload");
  });

  it("is invisible until complete", async () => {
    const upload = await create("unfinished");
    await part(upload, 1, "x");
    expect((await refusal(client().send(new HeadObjectCommand({ Bucket, Key: "unfinished" })))).name).to.equal(
      "NotFound",
    );
    await client().send(new AbortMultipartUploadCommand(upload));
  });

  it("refuses what does not fit together", async () => {
    const upload = await create("wrong", { ChecksumAlgorithm: "CRC32" });
    const [one, two] = [await part(upload, 1, "small"), await part(upload, 2, "small too")];
    const codes = async (parts: CompletedPart[], more = {}) => (await refusal(complete(upload, parts, more))).name;
    expect(await codes([one, two])).to.equal("EntityTooSmall");
    expect(await codes([two, one])).to.equal("InvalidPartOrder");
    expect(await codes([{ ...one, ETag: '"other"' }])).to.equal("InvalidPart");
    expect(await codes([{ ...one, PartNumber: 3 }])).to.equal("InvalidPart");
    expect(await codes([{ ...one, ChecksumCRC32: "AAAAAA==" }])).to.equal("InvalidPart");
    expect(await codes([{ ...one, ChecksumCRC32: undefined }])).to.equal("InvalidRequest");
    expect(await codes([one], { MpuObjectSize: 6 })).to.equal("InvalidRequest");
    expect(await codes([one], { ChecksumCRC32: "AAAAAA==" })).to.equal("BadDigest");
    const wrongNumber = await refusal(part(upload, 10_001, "x"));
    expect(wrongNumber.name).to.equal("InvalidArgument");
    expect((await refusal(part({ ...upload, UploadId: "none" }, 1, "x"))).name).to.equal("NoSuchUpload");
    expect((await refusal(part({ ...upload, Key: "other" }, 1, "x"))).name).to.equal("NoSuchUpload");
    await complete(upload, [two]);
    expect(await hashOf("wrong")).to.equal(md5("small too").toString("hex"));
  });

  it("leaves no file behind what is aborted, replaced or not listed", async () => {
    const before = await blobs();
    const aborted = await create("aborted");
    await part(aborted, 1, "x");
    await part(aborted, 1, "y");
    expect(await blobs()).to.equal(before + 1);
    await client().send(new AbortMultipartUploadCommand(aborted));
    expect(await blobs()).to.equal(before);
    expect((await refusal(client().send(new AbortMultipartUploadCommand(aborted)))).name).to.equal("NoSuchUpload");
    const upload = await create("partly");
    await part(upload, 1, "not listed");
    await complete(upload, [await part(upload, 2, "listed")]);
    expect(await blobs()).to.equal(before + 1);
  });

  it("lists parts and uploads, page by page", async () => {
    const upload = await create("list/a");
    for (const number of [3, 1, 2]) await part(upload, number, `part ${number}`);
    const first = await client().send(new ListPartsCommand({ ...upload, MaxParts: 2 }));
    expect(first.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).to.deep.equal([
      [1, 6],
      [2, 6],
    ]);
    expect([first.IsTruncated, first.NextPartNumberMarker]).to.deep.equal([true, "2"]);
    const rest = await client().send(new ListPartsCommand({ ...upload, PartNumberMarker: first.NextPartNumberMarker }));
    expect([rest.Parts?.length, rest.IsTruncated]).to.deep.equal([1, false]);

    const others = [await create("list/a"), await create("list/b/c")];
    const listed: (string | undefined)[] = [];
    let markers: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
    while (markers !== undefined) {
      const page: import("@aws-sdk/client-s3").ListMultipartUploadsCommandOutput = await client().send(
        new ListMultipartUploadsCommand({ Bucket, Prefix: "list/", MaxUploads: 1, ...markers }),
      );
      listed.push(...(page.Uploads ?? []).map(({ UploadId }) => UploadId));
      const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
      markers = page.IsTruncated ? { KeyMarker, UploadIdMarker } : undefined;
    }
    expect([...listed].sort()).to.deep.equal([upload, ...others].map(({ UploadId }) => UploadId).sort());
    expect(listed[2]).to.equal(others[1]?.UploadId);
    const grouped = await client().send(new ListMultipartUploadsCommand({ Bucket, Prefix: "list/", Delimiter: "/" }));
    expect(grouped.CommonPrefixes).to.deep.equal([{ Prefix: "list/b/" }]);
    for (const each of [upload, ...others]) await client().send(new AbortMultipartUploadCommand(each));
  });

  it("copies ranges of other objects as parts", async () => {
    await client().send(new PutObjectCommand({ Bucket, Key: "source", Body: "0123456789" }));
    const upload = await create("from copies");
    const CopySource = `${Bucket}/source`;
    const copy = (PartNumber: number, CopySourceRange?: string) =>
      client().send(new UploadPartCopyCommand({ ...upload, PartNumber, CopySource, CopySourceRange }));
    const { CopyPartResult } = await copy(1, "bytes=2-4");
    expect((await refusal(copy(2, "bytes=2-10"))).name).to.equal("InvalidArgument");
    expect((await refusal(copy(2, "bytes=2-"))).name).to.equal("InvalidArgument");
    await complete(upload, [{ ...CopyPartResult, PartNumber: 1 }]);
    expect(await hashOf("from copies")).to.equal(md5("234").toString("hex"));
  });

  for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME"] as const) {
    it(`checks the whole by a ${ChecksumAlgorithm} of the full object`, async () => {
      const upload = await create("full", { ChecksumAlgorithm, ChecksumType: "FULL_OBJECT" });
      const bodies = [five, Buffer.from("end")];
      const Parts: CompletedPart[] = [];
      for (const [index, Body] of bodies.entries()) {
        const PartNumber = index + 1;
        const { $metadata, ...done } = await client().send(
          new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm }),
        );
        expect(done[`Checksum${ChecksumAlgorithm}`]).to.be.a("string");
        Parts.push({ PartNumber, ETag: done.ETag });
      }
      const done = await complete(upload, Parts);
      const Body = Buffer.concat(bodies);
      const single = await client().send(new PutObjectCommand({ Bucket, Key: "single", Body, ChecksumAlgorithm }));
      const name = `Checksum${ChecksumAlgorithm}` as const;
      expect([done[name], done.ChecksumType]).to.deep.equal([single[name], "FULL_OBJECT"]);
    });
  }

  it("refuses checksum types that an algorithm does not have", async () => {
    const wrong = (more: Partial<CreateMultipartUploadCommandInput>) => refusal(create("never", more));
    expect((await wrong({ ChecksumAlgorithm: "SHA256", ChecksumType: "FULL_OBJECT" })).name).to.equal("InvalidRequest");
    expect((await wrong({ ChecksumAlgorithm: "CRC64NVME", ChecksumType: "COMPOSITE" })).name).to.equal(
      "InvalidRequest",
    );
    const unknown = await wrong({ ChecksumAlgorithm: "XXHASH64" });
    expect(unknown.message).to.equal("The local S3 does not implement the checksum algorithm XXHASH64.");
  });

  it("takes uploads of lib-storage, and makes one segment of a copy", async () => {
    const size = 23 * mebibyte + 1;
    const stream = Readable.from(chunksOf(size));
    const upload = new Upload({
      client: client(),
      params: { Bucket, Key: "streamed", Body: stream },
      partSize: 8 * mebibyte,
    });
    const { ETag } = await upload.done();
    expect(ETag).to.match(/-3"$/);
    const expected = createHash("md5");
    for (const chunk of chunksOf(size)) expected.update(chunk);
    const hash = expected.digest("hex");
    expect(await hashOf("streamed")).to.equal(hash);
    const CopySource = `${Bucket}/streamed`;
    const { CopyObjectResult } = await client().send(new CopyObjectCommand({ Bucket, Key: "copied", CopySource }));
    expect(CopyObjectResult?.ETag).to.equal(`"${hash}"`);
    expect(await hashOf("copied")).to.equal(hash);
  });
});

/** Varied bytes in chunks of 64 KiB. */
function* chunksOf(size: number): Generator<Buffer> {
  for (let offset = 0; offset < size; offset += 65_536) {
    yield Buffer.alloc(Math.min(65_536, size - offset), `chunk ${offset};`);
  }
}

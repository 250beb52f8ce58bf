import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type PutObjectCommandInput } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { checksum } from "./checksums/checksum";
import { refusal, type S3Fixture, startS3 } from "./s3-fixture";

const Bucket = "files";

describe("S3 bodies and checksums", () => {
  let fixture: S3Fixture;
  let authorization: string;
  const put = (more: Partial<PutObjectCommandInput>) =>
    fixture.client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "content", ...more }));
  const files = async () => [
    ...(await readdir(join(fixture.folder, "blobs"))),
    ...(await readdir(join(fixture.folder, "incoming"))),
  ];
  /** A request as it is written here, for what no SDK sends. */
  const raw = (path: string, headers: Record<string, string>, body: string | Buffer, method = "PUT") =>
    new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
      const sent = request(`${fixture.url}${path}`, { method, headers: { authorization, ...headers } }, (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  const chunked = (body: string, length: number, headers: Record<string, string>) =>
    raw(
      "/files/chunked",
      { "content-encoding": "aws-chunked", "x-amz-decoded-content-length": `${length}`, ...headers },
      body,
    );
  const read = async (Key: string) =>
    (await fixture.client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

  before(async () => {
    fixture = await startS3();
    await fixture.s3.createBucket({ bucket: Bucket });
    const client = fixture.clientOf({ roleArn: "arn:aws:iam::000000000000:role/raw" });
    const { accessKeyId } = await client.config.credentials();
    authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260105/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0`;
  });
  after(async () => {
    await fixture.stop();
    expect(fixture.faults).to.deep.equal([]);
  });

  const vectors = [
    ["CRC32", "cbf43926"],
    ["CRC32C", "e3069283"],
    ["CRC64NVME", "ae8b14860a799888"],
  ] as const;
  for (const [algorithm, expected] of vectors) {
    it(`knows the check value of ${algorithm}, in whatever chunks it comes`, () => {
      for (const cut of [0, 1, 5, 9]) {
        const sum = checksum(algorithm);
        sum.update(Buffer.from("123456789").subarray(0, cut));
        sum.update(Buffer.from("123456789").subarray(cut));
        expect(sum.digest().toString("hex")).to.equal(expected);
      }
    });
  }

  for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const) {
    const name = `Checksum${ChecksumAlgorithm}` as const;
    it(`takes a ${ChecksumAlgorithm} as header or trailer, keeps it and gives it back`, async () => {
      const Body = randomBytes(100_000);
      const inHeader = await put({ Body, ChecksumAlgorithm });
      const inTrailer = await put({
        Body: Readable.from([Body.subarray(0, 70_000), Body.subarray(70_000)]),
        ContentLength: Body.length,
        ChecksumAlgorithm,
      });
      expect(inHeader[name]).to.be.a("string").and.to.equal(inTrailer[name]);
      const head = await fixture.client.send(new HeadObjectCommand({ Bucket, Key: "k", ChecksumMode: "ENABLED" }));
      expect([head[name], head.ChecksumType]).to.deep.equal([inHeader[name], "FULL_OBJECT"]);
      const got = await fixture.client.send(new GetObjectCommand({ Bucket, Key: "k" }));
      expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(Body)).to.equal(true);
    });
    it(`refuses a wrong ${ChecksumAlgorithm}`, async () => {
      await put({ Key: "good", Body: "good" });
      const before = await files();
      const wrong = Buffer.alloc(checksum(ChecksumAlgorithm).digest().length).toString("base64");
      const error = await refusal(put({ Key: "good", Body: "bad", [name]: wrong }));
      expect([error.name, error.$metadata.httpStatusCode]).to.deep.equal(["BadDigest", 400]);
      expect(await read("good")).to.equal("good");
      expect(await files()).to.deep.equal(before);
    });
  }

  it("names checksum algorithms that it cannot verify", async () => {
    const error = await raw("/files/k", { "x-amz-checksum-xxhash3": "AAAAAAAAAAA=" }, "x");
    expect([error.status, error.text])
      .to.deep.include(501)
      .and.to.satisfy(([, text]: string[]) => text?.includes("xxhash3"));
    expect((await raw("/files/k", { "x-amz-sdk-checksum-algorithm": "CRC32" }, "x")).text).to.contain("InvalidRequest");
    const two = { "x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-crc32c": "AAAAAA==" };
    expect((await raw("/files/k", two, "x")).text).to.contain("Multiple checksum Types are not allowed");
  });

  it("verifies Content-MD5 and the payload's SHA-256", async () => {
    const md5 = createHash("md5").update("content").digest("base64");
    const sha256 = createHash("sha256").update("content").digest("hex");
    expect((await raw("/files/k", { "content-md5": md5, "x-amz-content-sha256": sha256 }, "content")).status).to.equal(
      200,
    );
    expect((await raw("/files/k", { "content-md5": md5 }, "changed")).text).to.contain("<Code>BadDigest</Code>");
    expect((await raw("/files/k", { "content-md5": "bm9uZQ==" }, "x")).text).to.contain("<Code>InvalidDigest</Code>");
    const wrong = await raw("/files/k", { "x-amz-content-sha256": sha256 }, "changed");
    expect(wrong.text).to.contain("<Code>XAmzContentSHA256Mismatch</Code>");
    expect(await read("k")).to.equal("content");
  });

  describe("aws-chunked", () => {
    const signature = `;chunk-signature=${"0".repeat(64)}`;
    const crc = (text: string) => {
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(crc32(text));
      return sum.toString("base64");
    };
    const signed = { "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" };
    const trailing = {
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "x-amz-trailer": "x-amz-checksum-crc32",
    };
    const signedTrailing = { ...trailing, "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" };

    const good: [string, Record<string, string>, string][] = [
      ["signed chunks", signed, `5${signature}\r\nHello\r\n6${signature}\r\n World\r\n0${signature}\r\n\r\n`],
      [
        "unsigned chunks with a trailer",
        trailing,
        `b\r\nHello World\r\n0\r\nx-amz-checksum-crc32:${crc("Hello World")}\r\n\r\n`,
      ],
      [
        "signed chunks with a trailer",
        signedTrailing,
        `b${signature}\r\nHello World\r\n0${signature}\r\nx-amz-checksum-crc32: ${crc("Hello World")}\r\nx-amz-trailer-signature:${"0".repeat(64)}\r\n\r\n`,
      ],
    ];
    for (const [name, headers, body] of good) {
      it(`decodes ${name}`, async () => {
        expect(await chunked(body, 11, headers)).to.include({ status: 200 });
        expect(await read("chunked")).to.equal("Hello World");
        const { ContentEncoding } = await fixture.client.send(new HeadObjectCommand({ Bucket, Key: "chunked" }));
        expect(ContentEncoding).to.equal(undefined);
      });
    }

    const bad: [string, Record<string, string>, string, string][] = [
      [
        "a wrong trailer",
        trailing,
        `b\r\nHello World\r\n0\r\nx-amz-checksum-crc32:${crc("other")}\r\n\r\n`,
        "BadDigest",
      ],
      ["no trailer where one is announced", trailing, "b\r\nHello World\r\n0\r\n\r\n", "MalformedTrailerError"],
      [
        "a trailer that was not announced",
        { ...trailing, "x-amz-trailer": "" },
        "b\r\nHello World\r\n0\r\nx-amz-checksum-crc32:x\r\n\r\n",
        "MalformedTrailerError",
      ],
      [
        "a trailer that is no checksum",
        { ...trailing, "x-amz-trailer": "x-amz-meta-a" },
        "0\r\n\r\n",
        "NotImplemented",
      ],
      ["missing signatures", signed, "b\r\nHello World\r\n0\r\n\r\n", "InvalidRequest"],
      ["too few bytes", signed, `5${signature}\r\nHello\r\n0${signature}\r\n\r\n`, "IncompleteBody"],
      ["an end within a chunk", signed, `b${signature}\r\nHello`, "IncompleteBody"],
      [
        "a chunk longer than it says",
        signed,
        `5${signature}\r\nHello World\r\n0${signature}\r\n\r\n`,
        "InvalidRequest",
      ],
      [
        "an unknown form",
        { "x-amz-content-sha256": "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD" },
        "0\r\n\r\n",
        "NotImplemented",
      ],
    ];
    for (const [name, headers, body, code] of bad) {
      it(`refuses ${name}`, async () => {
        const before = await files();
        expect((await chunked(body, 11, headers)).text).to.contain(`<Code>${code}</Code>`);
        expect(await files()).to.deep.equal(before);
      });
    }
  });

  it("leaves nothing of an upload that breaks off", async () => {
    const before = await files();
    const { hostname, port } = new URL(fixture.url);
    const socket = connect(Number(port), hostname);
    const head = `PUT /files/broken HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-length: 1000000\r\n\r\n`;
    socket.write(head + "x".repeat(100_000));
    while ((await files()).length === before.length) await setTimeout(5);
    socket.destroy();
    while ((await files()).length > before.length) await setTimeout(5);
    expect(await files()).to.deep.equal(before);
    const missing = await refusal(fixture.client.send(new HeadObjectCommand({ Bucket, Key: "broken" })));
    expect(missing.name).to.equal("NotFound");
  });

  it("answers a refused upload before it has read it, and the connection goes on", async () => {
    const Body = Buffer.alloc(20_000_000);
    const error = await refusal(put({ Bucket: "missing", Body }));
    expect(error.name).to.equal("NoSuchBucket");
    await put({ Body: "next" });
    expect(await read("k")).to.equal("next");
  });

  it("refuses by name what it does not do", async () => {
    const refused = async (method: string, path: string, headers: Record<string, string> = {}) => {
      const { status, text } = await raw(path, headers, "", method);
      expect(status).to.equal(501);
      return /<Message>(.*)<\/Message>/.exec(text)?.[1];
    };
    const prefix = "The local S3 does not implement";
    expect(await refused("GET", "/files?acl")).to.equal(`${prefix} GET bucket ?acl.`);
    expect(await refused("GET", "/files")).to.equal(`${prefix} GET bucket without list-type=2 (ListObjects).`);
    expect(await refused("PUT", "/files")).to.equal(`${prefix} PUT bucket.`);
    expect(await refused("PUT", "/files/k?acl")).to.equal(`${prefix} PUT object ?acl.`);
    expect(await refused("POST", "/files/k?restore")).to.equal(`${prefix} POST object ?restore.`);
    expect(await refused("GET", "/files/k?partNumber=1")).to.equal(`${prefix} GET object ?partNumber.`);
    const lock = { "x-amz-object-lock-mode": "GOVERNANCE" };
    expect(await refused("PUT", "/files/k", lock)).to.equal(`${prefix} the header x-amz-object-lock-mode (PutObject).`);
    const glacier = { "x-amz-storage-class": "GLACIER" };
    expect(await refused("PUT", "/files/k", glacier)).to.equal(`${prefix} the storage class GLACIER.`);
  });

  it("refuses addresses and documents that cannot be read", async () => {
    expect((await raw("/files/%ff", {}, "", "GET")).text).to.contain("<Code>InvalidURI</Code>");
    const post = async (document: string) => {
      const md5 = createHash("md5").update(document).digest("base64");
      return (await raw("/files?delete", { "content-md5": md5 }, document, "POST")).text;
    };
    for (const document of [
      "",
      "<Delete>",
      "<Delete></Object>",
      "<Other/>",
      "<Delete><Object/></Delete>",
      "<Delete>&no;</Delete>",
    ]) {
      expect(await post(document), document).to.contain("<Code>MalformedXML</Code>");
    }
    const conditional = "<Delete><Object><Key>a</Key><ETag>x</ETag></Object></Delete>";
    expect(await post(conditional)).to.contain("&lt;ETag&gt; in &lt;Object&gt; of DeleteObjects");
    expect((await raw("/files?delete", {}, "<Delete/>", "POST")).text).to.contain("<Code>InvalidRequest</Code>");
    const odd =
      '<?xml version="1.0"?><!-- c --><Delete xmlns="x"><Object><Key>&#x61;&amp;<![CDATA[<b>]]></Key></Object></Delete>';
    expect(await post(odd)).to.contain("<Key>a&amp;&lt;b&gt;</Key>");
  });
});

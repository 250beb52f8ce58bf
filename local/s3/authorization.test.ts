import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { AwsError } from "../aws-endpoint/aws-error";
import type { AuthorizationCall } from "./authorization";
import { bytesOf, refusal, type S3Fixture, startS3, tester } from "./s3-fixture";

const Bucket = "files";
const policy = '{"Version":"2012-10-17","Statement":[]}';
const keyArn = "arn:aws:kms:eu-central-1:000000000000:key/1234";

describe("S3 authorization", () => {
  let fixture: S3Fixture;
  let asked: AuthorizationCall[] = [];
  let denied: RegExp;
  const client = () => fixture.client;
  /** `s3:GetObject files/k` of each permission that the call asked for. */
  const permissions = async (call: Promise<unknown>) => {
    asked = [];
    await call;
    return asked.map(
      ({ action, resource, probe }) => `${action} ${resource.replace(/^.*(:::|:)/, "")}${probe ? " probe" : ""}`,
    );
  };
  const denying = async (actions: RegExp, call: () => Promise<unknown>) => {
    denied = actions;
    const error = await refusal(call());
    denied = /^$/;
    return [error.name, error.$metadata.httpStatusCode];
  };

  before(async () => {
    fixture = await startS3({
      authorize: (call) => {
        asked.push(call);
        if (denied.test(call.action)) throw new AwsError("AccessDenied", `not ${call.action}`, 403);
      },
    });
    for (const bucket of [Bucket, "encrypted"]) {
      await fixture.s3.createBucket({ bucket });
      await fixture.s3.setVersioning({ bucket, status: "Enabled" });
    }
    await fixture.s3.setPolicy({ bucket: Bucket, policy });
    await fixture.s3.setEncryption({
      bucket: "encrypted",
      encryption: { algorithm: "aws:kms", kmsKeyId: "1234", bucketKeyEnabled: true },
    });
  });
  beforeEach(() => {
    denied = /^$/;
  });
  after(async () => {
    await fixture.stop();
    expect(fixture.faults).to.deep.equal([]);
  });

  it("asks by IAM's names for what each request needs", async () => {
    const at = { Bucket, Key: "k" };
    const { VersionId } = await client().send(new PutObjectCommand({ ...at, Body: "x" }));
    const versioned = { ...at, VersionId };
    const c = client();
    const CopySource = `${Bucket}/k`;
    const TagSet = [{ Key: "a", Value: "b" }];
    const upload = { ...at, UploadId: (await c.send(new CreateMultipartUploadCommand(at))).UploadId };
    const other = { ...at, UploadId: (await c.send(new CreateMultipartUploadCommand(at))).UploadId };
    const { ETag } = await c.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: "x" }));
    const Parts = [{ PartNumber: 1, ETag }];
    const expected: [() => Promise<unknown>, string[]][] = [
      [() => c.send(new PutObjectCommand({ ...at, Body: "x" })), ["s3:PutObject files/k"]],
      [
        () => c.send(new PutObjectCommand({ ...at, Body: "x", Tagging: "a=b" })),
        ["s3:PutObject files/k", "s3:PutObjectTagging files/k"],
      ],
      [() => c.send(new HeadObjectCommand(at)), ["s3:GetObject files/k"]],
      [() => c.send(new HeadObjectCommand(versioned)), ["s3:GetObjectVersion files/k"]],
      [() => c.send(new GetObjectTaggingCommand(at)), ["s3:GetObjectTagging files/k"]],
      [() => c.send(new GetObjectTaggingCommand(versioned)), ["s3:GetObjectVersionTagging files/k"]],
      [() => c.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet } })), ["s3:PutObjectTagging files/k"]],
      [
        () => c.send(new PutObjectTaggingCommand({ ...versioned, Tagging: { TagSet } })),
        ["s3:PutObjectVersionTagging files/k"],
      ],
      [
        () => c.send(new CopyObjectCommand({ Bucket, Key: "c", CopySource })),
        ["s3:GetObject files/k", "s3:GetObjectTagging files/k", "s3:PutObject files/c", "s3:PutObjectTagging files/c"],
      ],
      [() => c.send(new DeleteObjectTaggingCommand(versioned)), ["s3:DeleteObjectVersionTagging files/k"]],
      [
        () => c.send(new CopyObjectCommand({ Bucket, Key: "c", CopySource: `${CopySource}?versionId=${VersionId}` })),
        ["s3:GetObjectVersion files/k", "s3:PutObject files/c"],
      ],
      [() => c.send(new CreateMultipartUploadCommand(at)), ["s3:PutObject files/k"]],
      [() => c.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: "x" })), ["s3:PutObject files/k"]],
      [() => c.send(new ListPartsCommand(upload)), ["s3:ListMultipartUploadParts files/k"]],
      [
        () => c.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })),
        ["s3:PutObject files/k"],
      ],
      [() => c.send(new AbortMultipartUploadCommand(other)), ["s3:AbortMultipartUpload files/k"]],
      [() => c.send(new ListMultipartUploadsCommand({ Bucket })), ["s3:ListBucketMultipartUploads files"]],
      [() => c.send(new ListObjectsV2Command({ Bucket })), ["s3:ListBucket files"]],
      [() => c.send(new ListObjectVersionsCommand({ Bucket })), ["s3:ListBucketVersions files"]],
      [() => c.send(new HeadBucketCommand({ Bucket })), ["s3:ListBucket files"]],
      [() => c.send(new GetBucketLocationCommand({ Bucket })), ["s3:GetBucketLocation files"]],
      [() => c.send(new ListBucketsCommand({})), ["s3:ListAllMyBuckets *"]],
      [() => c.send(new DeleteObjectCommand(at)), ["s3:DeleteObject files/k"]],
      [() => c.send(new DeleteObjectCommand(versioned)), ["s3:DeleteObjectVersion files/k"]],
    ];
    for (const [call, needed] of expected) expect(await permissions(call())).to.deep.equal(needed);
  });

  it("says who asks, and under which conditions", async () => {
    await client().send(new PutObjectCommand({ Bucket, Key: "k", Body: "x", Tagging: "kind=claims" }));
    asked = [];
    const { VersionId } = await client().send(new HeadObjectCommand({ Bucket, Key: "k" }));
    await client().send(new HeadObjectCommand({ Bucket, Key: "k", VersionId }));
    await client().send(new ListObjectsV2Command({ Bucket, Prefix: "acme/", Delimiter: "/", MaxKeys: 5 }));
    await client().send(
      new PutObjectCommand({ Bucket, Key: "k", Body: "x", Tagging: "a=b", ServerSideEncryption: "AES256" }),
    );
    expect(asked[0]).to.deep.include({ principal: tester, resourcePolicy: policy, sourceAddress: "127.0.0.1" });
    expect(asked[1]?.conditions).to.deep.equal({ "s3:VersionId": VersionId, "s3:ExistingObjectTag/kind": "claims" });
    expect(asked[2]?.conditions).to.deep.equal({ "s3:prefix": "acme/", "s3:delimiter": "/", "s3:max-keys": "5" });
    expect(asked[3]?.conditions).to.deep.include({
      "s3:x-amz-server-side-encryption": "AES256",
      "s3:RequestObjectTag/a": "b",
      "s3:RequestObjectTagKeys": ["a"],
    });
  });

  it("refuses with 403, changes nothing", async () => {
    await client().send(new PutObjectCommand({ Bucket, Key: "kept", Body: "kept" }));
    const forbidden = ["AccessDenied", 403];
    const at = { Bucket, Key: "kept" };
    expect(await denying(/PutObject$/, () => client().send(new PutObjectCommand({ ...at, Body: "x" })))).to.deep.equal(
      forbidden,
    );
    expect(await denying(/DeleteObject$/, () => client().send(new DeleteObjectCommand(at)))).to.deep.equal(forbidden);
    expect(await denying(/GetObject$/, () => client().send(new GetObjectCommand(at)))).to.deep.equal(forbidden);
    expect(
      await denying(/GetObject$/, () =>
        client().send(new CopyObjectCommand({ ...at, Key: "c", CopySource: `${Bucket}/kept` })),
      ),
    ).to.deep.equal(forbidden);
    const { Body } = await client().send(new GetObjectCommand(at));
    expect(await Body?.transformToString()).to.equal("kept");
  });

  it("refuses object by object in DeleteObjects", async () => {
    denied = /DeleteObjectVersion/;
    const Objects = [{ Key: "a" }, { Key: "b", VersionId: "null" }];
    const { Deleted, Errors } = await client().send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted?.map(({ Key }) => Key)).to.deep.equal(["a"]);
    expect(Errors).to.deep.equal([
      { Key: "b", VersionId: "null", Code: "AccessDenied", Message: "not s3:DeleteObjectVersion" },
    ]);
  });

  it("does not tell who may not list that a key is missing", async () => {
    const read = () => client().send(new GetObjectCommand({ Bucket, Key: "missing" }));
    expect(await permissions(refusal(read()))).to.deep.equal([
      "s3:GetObject files/missing",
      "s3:ListBucket files probe",
    ]);
    expect(await denying(/ListBucket/, read)).to.deep.equal(["AccessDenied", 403]);
    expect(await denying(/^$/, read)).to.deep.equal(["NoSuchKey", 404]);
  });

  it("asks for the KMS key on the caller's behalf", async () => {
    const at = { Bucket: "encrypted", Key: "k" };
    const key = `${keyArn.replace(/^.*:/, "")}`;
    const put = await client().send(new PutObjectCommand({ ...at, Body: "x" }));
    expect(put).to.include({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: keyArn, BucketKeyEnabled: true });
    expect(put.ETag)
      .to.match(/^"[0-9a-f]{32}"$/)
      .and.to.not.equal('"9dd4e461268c8034f5c8564e155c67a6"');
    expect(await permissions(client().send(new PutObjectCommand({ ...at, Body: "x" })))).to.include(
      `kms:GenerateDataKey ${key}`,
    );
    expect(asked[1]?.conditions).to.deep.equal({
      "kms:ViaService": "s3.eu-central-1.amazonaws.com",
      "kms:CallerAccount": "000000000000",
      "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::encrypted",
    });
    const got = await client().send(new GetObjectCommand(at));
    await got.Body?.transformToString();
    expect(got).to.include({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: keyArn });
    expect(await permissions(client().send(new HeadObjectCommand(at)))).to.deep.equal(["s3:GetObject encrypted/k"]);
    const withChecksum = client().send(new HeadObjectCommand({ ...at, ChecksumMode: "ENABLED" }));
    expect(await permissions(withChecksum)).to.deep.equal(["s3:GetObject encrypted/k", `kms:Decrypt ${key}`]);
    expect(await denying(/kms:Decrypt/, () => client().send(new GetObjectCommand(at)))).to.deep.equal([
      "AccessDenied",
      403,
    ]);
    expect(await denying(/kms:Gen/, () => client().send(new PutObjectCommand({ ...at, Body: "x" })))).to.deep.equal([
      "AccessDenied",
      403,
    ]);
  });

  it("holds callers in process to their principal, and the stand-ins themselves to nothing", async () => {
    const { s3 } = fixture;
    await client().send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    denied = /GetObject/;
    const caller = { principalId: "x", sourceAddress: "127.0.0.1" };
    const { body } = await s3.getObject(caller, { bucket: Bucket, key: "k" });
    expect((await bytesOf(body)).toString()).to.equal("x");
    const refused = await s3.getObject({ ...caller, principal: tester }, { bucket: Bucket, key: "k" }).catch(String);
    expect(refused).to.contain("not s3:GetObject");
  });

  it("asks the endpoint's own means where it has none", async () => {
    const own = await startS3({
      authorizeCall: ({ action }) => {
        if (action === "s3:PutObject") throw new AwsError("AccessDenied", "no", 403);
      },
    });
    await own.s3.createBucket({ bucket: Bucket });
    const put = () => own.client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    expect((await refusal(put())).name).to.equal("AccessDenied");
    await own.stop();
  });
});

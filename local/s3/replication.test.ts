import { expect } from "chai";
import { AwsError } from "../aws-endpoint/aws-error";
import type { Properties, ResourceHandler } from "../program/handler";
import type { AuthorizationCall } from "./authorization";
import { serviceCaller } from "./caller";
import { bytesOf, type S3Fixture, startS3 } from "./s3-fixture";
import { s3Handlers } from "./s3-handlers";

const role = "arn:aws:iam::000000000000:role/bucket-replication";
const keyHere = "arn:aws:kms:eu-central-1:000000000000:key/here";
const keyThere = "arn:aws:kms:eu-west-1:000000000000:key/there";
const caller = serviceCaller("test");

describe("S3 replication", () => {
  let fixture: S3Fixture;
  const asked: AuthorizationCall[] = [];
  const undelivered: string[] = [];
  let denied: string[] = [];

  beforeEach(async () => {
    for (const list of [asked, undelivered]) list.length = 0;
    denied = [];
    fixture = await startS3({
      undelivered: ({ from, to, reason }) => undelivered.push(`${from} → ${to}: ${reason}`),
      authorize: (call) => {
        asked.push(call);
        if (denied.includes(call.action)) throw new AwsError("AccessDenied", "Access Denied", 403);
      },
    });
    await create("Bucket", { bucket: "files" });
    await create("Bucket", { bucket: "copies", region: "eu-west-1" });
    for (const bucket of ["files", "copies"]) await versioning(bucket, "Enabled");
  });
  afterEach(() => fixture.stop());

  const handler = (type: string): ResourceHandler => {
    const found = s3Handlers(fixture.s3)[`aws:s3/${type[0]?.toLowerCase()}${type.slice(1)}:${type}`];
    if (found === undefined) throw new Error(`no handler of ${type}`);
    return found;
  };
  const create = (type: string, inputs: Properties) => handler(type).create(inputs, "files");
  const versioning = (bucket: string, status: string) =>
    create("BucketVersioning", { bucket, versioningConfiguration: { status } });
  const encrypt = (bucket: string, kmsMasterKeyId: string) =>
    create("BucketServerSideEncryptionConfiguration", {
      bucket,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId } }],
    });
  const rule = (changes: Properties = {}): Properties => ({
    status: "Enabled",
    priority: 1,
    filter: { prefix: "" },
    deleteMarkerReplication: { status: "Enabled" },
    sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
    destination: { bucket: "arn:aws:s3:::copies", encryptionConfiguration: { replicaKmsKeyId: keyThere } },
    ...changes,
  });
  const replicate = (...rules: Properties[]) => create("BucketReplicationConfig", { bucket: "files", role, rules });
  const put = async (key: string, text: string, tags: Record<string, string> = {}) => {
    const content = (async function* () {
      yield Buffer.from(text);
    })();
    const properties = { tags, metadata: { from: "test" } };
    const { versionId } = await fixture.s3.putObject(caller, { bucket: "files", key, body: { content }, properties });
    return versionId;
  };
  /** The keys that are there now. */
  const copies = async () => {
    await fixture.s3.idle();
    const { versions } = await fixture.s3.listObjectVersions(caller, { bucket: "copies" });
    return versions
      .filter(({ isLatest, version }) => isLatest && !version.deleteMarker)
      .map(({ version }) => version.key);
  };
  const textOf = async (key: string, versionId?: string) => {
    const { body } = await fixture.s3.getObject(caller, { bucket: "copies", key, versionId });
    return (await bytesOf(body)).toString();
  };

  it("copies every version under its id, in order, with metadata and tags, under the other key", async () => {
    await encrypt("files", keyHere);
    await replicate(rule());
    const ids: (string | undefined)[] = [];
    for (let count = 1; count <= 20; count++) ids.push(await put("a", `content ${count}`, { count: String(count) }));
    expect(await copies()).to.deep.equal(["a"]);
    const { version, versionId } = await fixture.s3.headObject(caller, { bucket: "copies", key: "a" });
    expect(versionId).to.equal(ids.at(-1));
    expect(version.properties).to.deep.include({ metadata: { from: "test" }, tags: { count: "20" } });
    expect(version.encryption).to.deep.include({ algorithm: "aws:kms", keyArn: keyThere });
    expect(await textOf("a")).to.equal("content 20");
    expect(await textOf("a", ids[2])).to.equal("content 3");
    expect(undelivered).to.deep.equal([]);
  });

  it("copies deletions as markers, and nothing that is deleted for good", async () => {
    await replicate(rule());
    const version = await put("a", "x");
    const { versionId: marker } = await fixture.s3.deleteObject(caller, { bucket: "files", key: "a" });
    expect(await copies()).to.deep.equal([]);
    expect(await textOf("a", version)).to.equal("x");
    const read = fixture.s3.getObject(caller, { bucket: "copies", key: "a", versionId: marker });
    expect(await read.catch(({ code }) => code)).to.equal("MethodNotAllowed");
    await fixture.s3.deleteObject(caller, { bucket: "files", key: "a", versionId: version });
    await fixture.s3.idle();
    expect(await textOf("a", version)).to.equal("x");
  });

  it("asks for what the S3 User Guide says, as the configured role and in both regions", async () => {
    await encrypt("files", keyHere);
    await replicate(rule());
    await put("a", "x", { team: "a" });
    await fixture.s3.deleteObject(caller, { bucket: "files", key: "a" });
    await fixture.s3.idle();
    const via = "kms:ViaService";
    const own = asked
      .filter(({ principal }) => principal.roleArn === role)
      .map(({ action, resource, conditions }) => [action, resource, conditions?.[via]].filter(Boolean).join(" "));
    expect(own).to.deep.equal([
      "s3:GetObjectVersionForReplication arn:aws:s3:::files/a",
      "s3:GetObjectVersionAcl arn:aws:s3:::files/a",
      `kms:Decrypt ${keyHere} s3.eu-central-1.amazonaws.com`,
      "s3:ReplicateObject arn:aws:s3:::copies/a",
      "s3:GetObjectVersionTagging arn:aws:s3:::files/a",
      "s3:ReplicateTags arn:aws:s3:::copies/a",
      `kms:GenerateDataKey ${keyThere} s3.eu-west-1.amazonaws.com`,
      "s3:ReplicateDelete arn:aws:s3:::copies/a",
    ]);
  });

  it("tells where a role may not, and goes on with the next version", async () => {
    await replicate(rule());
    denied = ["s3:ReplicateObject"];
    await put("a", "x");
    await fixture.s3.idle();
    expect(undelivered).to.deep.equal(["arn:aws:s3:::files → replication: Access Denied"]);
    denied = [];
    await put("b", "x");
    expect(await copies()).to.deep.equal(["b"]);
  });

  it("leaves out encrypted objects, other prefixes and other tags unless a rule takes them; the highest priority counts", async () => {
    const plain = { bucket: "arn:aws:s3:::copies" };
    const noMarkers = { deleteMarkerReplication: { status: "Disabled" } };
    await replicate(
      rule({ sourceSelectionCriteria: undefined, destination: plain, filter: { prefix: "in/" } }),
      rule({ ...noMarkers, priority: 2, status: "Disabled", filter: {} }),
      rule({ ...noMarkers, priority: 3, filter: { and: { prefix: "b", tags: { copy: "yes" } } } }),
    );
    await put("a", "x");
    await put("b", "x", { copy: "no" });
    await put("in/a", "x");
    expect(await copies()).to.deep.equal(["in/a"]);
    await put("b", "x", { copy: "yes", more: "1" });
    await encrypt("files", keyHere);
    await put("in/b", "x");
    expect(await copies()).to.deep.equal(["b", "in/a"]);
  });

  it("does not copy copies on, and ends with its resource", async () => {
    await replicate(rule());
    const back = rule({ destination: { ...(rule().destination as object), bucket: "arn:aws:s3:::files" } });
    await create("BucketReplicationConfig", { bucket: "copies", role, rules: [back] });
    await put("a", "x");
    await fixture.s3.idle();
    for (const bucket of ["files", "copies"]) {
      expect((await fixture.s3.listObjectVersions(caller, { bucket })).versions).to.have.length(1);
    }
    await handler("BucketReplicationConfig").delete("files", {});
    await put("b", "x");
    expect(await copies()).to.deep.equal(["a"]);
  });

  it("needs versions on both sides", async () => {
    await versioning("copies", "Suspended");
    expect(await replicate(rule()).then(() => "accepted", String)).to.contain("on the bucket copies");
  });

  const refused: [string, Properties, string][] = [
    ["no filter", { filter: undefined }, "filter"],
    ["nothing said of delete markers", { deleteMarkerReplication: undefined }, "deleteMarkerReplication"],
    ["a bucket's name for its ARN", { destination: { bucket: "copies" } }, "ARN"],
    [
      "encrypted objects and no key there",
      { destination: { bucket: "arn:aws:s3:::copies" } },
      "encryptionConfiguration",
    ],
    ["markers of objects with tags", { filter: { tag: { key: "a", value: "b" } } }, "delete markers have no tags"],
  ];
  for (const [what, changes, message] of refused) {
    it(`refuses a rule with ${what}`, async () => {
      expect(await replicate(rule(changes)).then(() => "accepted", String)).to.contain(message);
    });
  }

  it("refuses two rules of one priority", async () => {
    expect(await replicate(rule(), rule()).then(() => "accepted", String)).to.contain("same priority");
  });
});

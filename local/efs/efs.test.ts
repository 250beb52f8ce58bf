import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { localAccount } from "../aws-endpoint/account";
import { type LocalLambda, startLambda } from "../lambda/lambda-fixture";
import type { Properties, ResourceHandler } from "../program/handler";
import { efsHandlers } from "./efs-handlers";
import { EfsService } from "./efs-service";

describe("the local EFS", () => {
  let folder: string;
  let efs: EfsService;
  const handler = (type: string): ResourceHandler => {
    const found = efsHandlers(efs)[`aws:efs/${type[0]?.toLowerCase()}${type.slice(1)}:${type}`];
    if (!found) throw new Error(`no handler of ${type}`);
    return found;
  };
  const create = (type: string, inputs: Properties = {}) => handler(type).create(inputs, "files");
  const refused = (type: string, inputs: Properties) => create(type, inputs).then(() => "accepted", String);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "quayside-efs-test-"));
    efs = new EfsService(localAccount(), join(folder, "efs"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const creationInfo = { ownerUid: 1000, ownerGid: 1001, permissions: "0750" };
  const mounted = async () => {
    const { id: fileSystemId } = await create("FileSystem", { tags: { Name: "files" } });
    await create("MountTarget", { fileSystemId, subnetId: "subnet-1", securityGroups: ["sg-1"] });
    const inputs = { fileSystemId, rootDirectory: { path: "/files", creationInfo } };
    const { id, outputs } = await create("AccessPoint", inputs);
    return { fileSystemId, accessPointId: id, arn: String(outputs.arn), inputs };
  };

  it("makes an access point's folder when it is first mounted, with its owner and mode", async () => {
    const { fileSystemId, accessPointId, arn } = await mounted();
    expect(arn).to.equal(`arn:aws:elasticfilesystem:eu-central-1:000000000000:access-point/${accessPointId}`);
    const path = efs.mountedFolder(arn);
    expect(path).to.equal(join(folder, "efs", fileSystemId, "files"));
    const { mode, uid, gid } = await stat(path);
    expect(mode & 0o777).to.equal(0o750);
    if (process.getuid?.() === 0) expect([uid, gid]).to.deep.equal([1000, 1001]);
    expect(efs.mountedFolder(accessPointId)).to.equal(path);
  });

  it("keeps what is on the file system when an access point is replaced, and its folder's first mode", async () => {
    const { accessPointId, arn, inputs } = await mounted();
    await writeFile(join(efs.mountedFolder(arn), "a"), "content");
    await handler("AccessPoint").delete(accessPointId, inputs);
    expect(() => efs.mountedFolder(arn)).to.throw("there is no access point");
    const changed = {
      ...inputs,
      rootDirectory: { path: "/files", creationInfo: { ...creationInfo, permissions: "700" } },
    };
    const path = efs.mountedFolder((await create("AccessPoint", changed)).id);
    expect(await readFile(join(path, "a"), "utf8")).to.equal("content");
    expect((await stat(path)).mode & 0o777).to.equal(0o750);
  });

  it("cannot be mounted without a mount target, nor a folder that is not there and that nothing says how to make", async () => {
    const { id: fileSystemId } = await create("FileSystem");
    const { id } = await create("AccessPoint", { fileSystemId, rootDirectory: { path: "/files" } });
    expect(() => efs.mountedFolder(id)).to.throw("has no mount target");
    await create("MountTarget", { fileSystemId, subnetId: "subnet-1" });
    expect(() => efs.mountedFolder(id)).to.throw("/files is not on the file system");
    const { id: whole } = await create("AccessPoint", { fileSystemId });
    expect(efs.mountedFolder(whole)).to.equal(join(folder, "efs", `${fileSystemId}/`));
  });

  it("goes with its resource, once nothing can mount it any more", async () => {
    const { fileSystemId } = await mounted();
    const remove = () =>
      handler("FileSystem")
        .delete(fileSystemId, {})
        .then(() => "deleted", String);
    expect(await remove()).to.contain("delete them first");
    const target = { fileSystemId, subnetId: "subnet-1" };
    expect(await refused("MountTarget", target)).to.contain("already");
    await handler("MountTarget").delete("", target);
    expect(await remove()).to.equal("deleted");
    expect(await stat(join(folder, "efs", fileSystemId)).catch(() => "gone")).to.equal("gone");
    expect(handler("FileSystem").exists?.(fileSystemId)).to.equal(false);
  });

  it("keeps a mount target's address over an update", async () => {
    const { id: fileSystemId } = await create("FileSystem");
    const inputs = { fileSystemId, subnetId: "subnet-1", securityGroups: ["sg-1"] };
    const { id, outputs } = await create("MountTarget", inputs);
    const updated = await handler("MountTarget").update?.(id, { ...inputs, securityGroups: ["sg-2"] }, inputs);
    expect(updated?.outputs).to.deep.equal({ ...outputs, securityGroups: ["sg-2"] });
  });

  it("records backup and policy of file systems that are there", async () => {
    const { id: fileSystemId } = await create("FileSystem");
    const policy = '{"Version":"2012-10-17","Statement":[]}';
    expect((await create("FileSystemPolicy", { fileSystemId, policy })).id).to.equal(fileSystemId);
    expect((await create("BackupPolicy", { fileSystemId, backupPolicy: { status: "ENABLED" } })).id).to.equal(
      fileSystemId,
    );
    expect(await refused("BackupPolicy", { fileSystemId: "fs-0", backupPolicy: { status: "ENABLED" } })).to.contain(
      "there is no file system fs-0",
    );
    expect(await refused("FileSystemPolicy", { fileSystemId, policy: "{" })).to.contain("valid JSON");
  });

  const mistakes: [string, string, Properties, string][] = [
    ["a key without encryption", "FileSystem", { kmsKeyId: "arn:aws:kms:r:a:key/1" }, "encrypted: true"],
    ["provisioned throughput", "FileSystem", { throughputMode: "provisioned" }, "not implemented"],
    ["an unknown input", "FileSystem", { size: 3 }, "size"],
    ["a path that leads out", "AccessPoint", { fileSystemId: "x", rootDirectory: { path: "/../x" } }, "no . or .."],
    ["a relative path", "AccessPoint", { fileSystemId: "x", rootDirectory: { path: "files" } }, "absolute"],
    [
      "a mode that is none",
      "AccessPoint",
      { fileSystemId: "x", rootDirectory: { path: "/f", creationInfo: { ...creationInfo, permissions: "rwx" } } },
      "octal",
    ],
  ];
  for (const [what, type, inputs, message] of mistakes) {
    it(`refuses ${what}`, async () => expect(await refused(type, inputs)).to.contain(message));
  }

  describe("mounted into a function", () => {
    let lambda: LocalLambda;

    beforeEach(async () => {
      lambda = await startLambda({ mountedFolder: (arn) => efs.mountedFolder(arn) });
    });
    afterEach(() => lambda.stop());

    it("is where the function's variables say", async () => {
      const { arn } = await mounted();
      const code = `
        const { writeFileSync } = require("node:fs");
        exports.handler = async () => writeFileSync(process.env.MOUNT_PATH + "/made", process.env.ELSEWHERE);`;
      await lambda.deploy("writer", code, {
        fileSystemConfig: { arn, localMountPath: "/mnt/files" },
        environment: { variables: { MOUNT_PATH: "/mnt/files", ELSEWHERE: "/mnt/files-of-others" } },
      });
      const { functionError } = await lambda.lambda.invoke("writer", {});
      expect(functionError).to.equal(undefined);
      expect(await readFile(join(efs.mountedFolder(arn), "made"), "utf8")).to.equal("/mnt/files-of-others");
    });

    it("keeps a function from being deployed where it cannot be mounted", async () => {
      const { id: fileSystemId } = await create("FileSystem");
      const { outputs } = await create("AccessPoint", { fileSystemId });
      const deployed = lambda.deploy("writer", "", {
        fileSystemConfig: { arn: outputs.arn, localMountPath: "/mnt/files" },
      });
      expect(await deployed.then(() => "deployed", String)).to.contain("has no mount target");
    });
  });
});

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { localAccount } from "../aws-endpoint/account";
import { ecrHandlers } from "./ecr-handlers";
import { EcrService } from "./ecr-service";

describe("the local ECR", () => {
  let folder: string;
  let ecr: EcrService;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "quayside-ecr-test-"));
    await mkdir(join(folder, "dist/jobs"), { recursive: true });
    await mkdir(join(folder, "node_modules/dependency"), { recursive: true });
    await writeFile(join(folder, "dist/jobs/send.js"), "1");
    await writeFile(join(folder, "package.json"), "{}");
    await writeFile(
      join(folder, "Dockerfile"),
      'FROM node\nWORKDIR /app\nCOPY package.json ./\nCOPY dist/jobs .\nENV A=b\nCMD ["node", "send.js"]\n',
    );
    ecr = new EcrService(localAccount());
  });
  afterEach(async () => {
    await ecr.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const handler = (type: string) => {
    const found = ecrHandlers(ecr)[type];
    if (!found) throw new Error(`no handler for ${type}`);
    return found;
  };
  const repositoryUrl = "000000000000.dkr.ecr.eu-central-1.amazonaws.com/jobs";
  const push = (inputs: Record<string, unknown> = {}) =>
    handler("awsx:ecr:Image").create(
      { repositoryUrl, context: folder, dockerfile: join(folder, "Dockerfile"), ...inputs },
      "image",
    );

  it("gives a repository its URL", async () => {
    const { id, outputs } = await handler("aws:ecr/repository:Repository").create({ name: "jobs" }, "jobs");
    expect(id).to.equal("jobs");
    expect(outputs).to.deep.include({
      repositoryUrl,
      arn: "arn:aws:ecr:eu-central-1:000000000000:repository/jobs",
    });
  });

  it("builds what the Dockerfile copies, and finds it by its URI", async () => {
    const { outputs } = await push();
    expect(outputs.imageUri).to.match(
      /^000000000000\.dkr\.ecr\.eu-central-1\.amazonaws\.com\/jobs@sha256:[0-9a-f]{64}$/,
    );
    const image = ecr.find(String(outputs.imageUri));
    expect((await readdir(image.workdir)).sort()).to.deep.equal(["package.json", "send.js"]);
    expect(image.environment).to.deep.equal({ A: "b" });
    expect(image.command).to.deep.equal(["node", "send.js"]);
    // What RUN would have installed.
    expect(existsSync(join(image.workdir, "../node_modules/dependency"))).to.equal(true);
  });

  it("makes another image of other code, and leaves the first as it was", async () => {
    const { id, outputs: first } = await push();
    expect((await push()).outputs.imageUri).to.equal(first.imageUri);
    await writeFile(join(folder, "dist/jobs/send.js"), "2");
    const inputs = { repositoryUrl, context: folder, dockerfile: join(folder, "Dockerfile") };
    const second = await handler("awsx:ecr:Image").update?.(id, inputs, inputs);
    const uri = second?.outputs.imageUri;
    expect(uri).to.not.equal(first.imageUri);
    expect(await readFile(join(ecr.find(String(first.imageUri)).workdir, "send.js"), "utf8")).to.equal("1");
    expect(await readFile(join(ecr.find(String(uri)).workdir, "send.js"), "utf8")).to.equal("2");
  });

  it("refuses a source that is not there, a target and an image that nobody pushed", async () => {
    const fault = (call: Promise<unknown>) => call.then(() => "", String);
    await rm(join(folder, "dist"), { recursive: true });
    expect(await fault(push()))
      .to.contain("COPY dist/jobs")
      .and.to.contain("build the jobs first");
    expect(await fault(push({ target: "final" }))).to.contain("target");
    expect(() => ecr.find(`${repositoryUrl}@sha256:0`)).to.throw("is in no local repository");
  });

  it("leaves no files behind", async () => {
    const { outputs } = await push();
    const { workdir } = ecr.find(String(outputs.imageUri));
    await ecr.stop();
    expect(existsSync(workdir)).to.equal(false);
    expect(existsSync(join(folder, "node_modules/dependency"))).to.equal(true);
  });
});

import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { Properties } from "../program/handler";
import { replacingInputs } from "../program/replacing-inputs";
import { eventually, functionRole, type LocalLambda, startLambda } from "./lambda-fixture";

const topicArn = "arn:aws:sns:eu-central-1:000000000000:uploads";

describe("the resources of the local Lambda", () => {
  let local: LocalLambda;
  beforeEach(async () => {
    local = await startLambda({ mountedFolder: () => "/local/files", retryDelays: [1] });
  });
  afterEach(() => local.stop());

  const result = async (name: string, event: unknown = {}) => {
    const { payload } = await local.lambda.invoke(name, event);
    return JSON.parse(payload);
  };
  const fault = async (call: Promise<unknown>) =>
    call.then(
      () => expect.fail("was not refused"),
      (error: Error) => error.message,
    );

  it("deploys the archive that a program registers, with the provider's outputs", async () => {
    const { path } = await local.code({ "index.js": "exports.handler = async () => 'from pulumi'" });
    const inputs: Record<string, unknown>[] = [];
    await pulumi.runtime.setMocks({
      newResource(args) {
        if (args.type === "aws:lambda/function:Function") inputs.push(args.inputs);
        return { id: args.name, state: args.inputs };
      },
      call: () => ({}),
    });
    const code = new pulumi.asset.FileArchive(await path);
    await pulumi.runtime.runInPulumiStack(async () => {
      const inputs = { code, handler: "index.handler", runtime: "nodejs24.x", role: functionRole };
      const registered = new aws.lambda.Function("from-pulumi", inputs);
      await new Promise((resolve) => registered.id.apply(resolve));
    });
    const { id, outputs } = await local.handler("function:Function").create(inputs[0] ?? {}, "from-pulumi");
    expect(id).to.match(/^from-pulumi-[0-9a-f]{7}$/);
    const arn = `arn:aws:lambda:eu-central-1:000000000000:function:${id}`;
    expect(outputs).to.deep.include({
      name: id,
      arn,
      invokeArn: `arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${arn}/invocations`,
      timeout: 3,
      memorySize: 128,
    });
    expect(await result(id)).to.equal("from pulumi");
  });

  it("deploys a zip archive and assets of text", async () => {
    const text = "exports.handler = async () => require('./lib/answer.json')";
    const archive = join(local.folder, "code.zip");
    await writeFile(archive, zipOf({ "index.js": text, "lib/answer.json": "42" }));
    await local.deploy("zip", "", { code: { path: archive } });
    expect(await result("zip")).to.equal(42);
    const assets = { "index.js": { text }, "lib/answer.json": { text: Promise.resolve("43") } };
    await local.deploy("assets", "", { code: { assets: Promise.resolve(assets) } });
    expect(await result("assets")).to.equal(43);
  });

  it("runs the code as deployed until it is updated", async () => {
    const handler = local.handler("function:Function");
    const code = await local.code({ "index.js": "exports.handler = async () => [1, process.env.V, __dirname]" });
    const inputs = { name: "code", code, handler: "index.handler", runtime: "nodejs24.x", role: functionRole };
    const { id, outputs } = await handler.create(inputs, "code");
    await writeFile(join(await code.path, "index.js"), "exports.handler = async () => [2, process.env.V, __dirname]");
    const [version, , folder] = await result(id);
    expect(version).to.equal(1);
    const update = await handler.update?.(id, { ...inputs, environment: { variables: { V: "v" } } }, inputs);
    expect((await result(id)).slice(0, 2)).to.deep.equal([2, "v"]);
    expect(update?.outputs.codeSha256).to.not.equal(outputs.codeSha256);
    expect(existsSync(folder)).to.equal(false);
    expect(replacingInputs(handler, { ...inputs, name: "other" }, inputs)).to.deep.equal(["name"]);
    await handler.delete(id, inputs);
    expect(await fault(local.lambda.invoke(id, {}))).to.contain("Function not found");
  });

  it("maps the paths of a mounted file system to its folder", async () => {
    await local.deploy("mounted", "exports.handler = async () => process.env.FILES", {
      fileSystemConfig: {
        arn: "arn:aws:elasticfilesystem:eu-central-1:000000000000:access-point/a",
        localMountPath: "/mnt/files",
      },
      environment: { variables: { FILES: "/mnt/files/in" } },
    });
    expect(await result("mounted")).to.equal("/local/files/in");
  });

  it("refuses by name what it does not run", async () => {
    const refused = (inputs: Record<string, unknown>) => fault(local.deploy("refused", "", inputs));
    expect(await refused({ runtime: "python3.13" })).to.contain("nodejs24.x only, not python3.13");
    expect(await refused({ layers: ["l"] })).to.contain("layers");
    expect(await refused({ s3Bucket: "b" })).to.contain("s3Bucket");
    expect(await refused({ environment: { variables: { AWS_REGION: "r" } } })).to.contain("AWS_REGION");
    expect(await refused({ handler: "nothing" })).to.contain("handler");
    expect(await refused({ timeout: 901 })).to.contain("timeout");
    expect(await refused({ code: { path: "/absent/code" } })).to.contain("build the functions first");
    expect(await refused({ code: { uri: "https://example.com/code.zip" } })).to.contain("FileArchive");
  });

  it("lets a service invoke only as a permission says", async () => {
    await local.deploy("guarded", "exports.handler = async () => 'in'");
    const source = { principal: "sns.amazonaws.com", sourceArn: topicArn };
    expect(await fault(local.lambda.invoke("guarded", {}, source))).to.contain(
      "no permission of the function allows it",
    );
    const inputs = {
      function: "arn:aws:lambda:eu-central-1:000000000000:function:guarded",
      action: "lambda:InvokeFunction",
      principal: "sns.amazonaws.com",
      sourceArn: "arn:aws:sns:eu-central-1:000000000000:up*",
    };
    const { id } = await local.handler("permission:Permission").create(inputs, "sns");
    expect((await local.lambda.invoke("guarded", {}, source)).payload).to.equal('"in"');
    const events = { ...source, principal: "events.amazonaws.com" };
    expect(await fault(local.lambda.invoke("guarded", {}, events))).to.contain("events.amazonaws.com may not invoke");
    const elsewhere = { ...source, sourceArn: topicArn.replace("uploads", "downloads") };
    expect(await fault(local.lambda.invoke("guarded", {}, elsewhere))).to.contain("downloads");
    expect(() => local.lambda.invokeEvent("guarded", {}, elsewhere)).to.throw("downloads");
    await local.handler("permission:Permission").delete(id, inputs);
    expect(await fault(local.lambda.invoke("guarded", {}, source))).to.contain("no permission");
  });

  it("retries as configured, then tells the failure destination and the dead-letter queue", async () => {
    const sent: Record<string, unknown>[] = [];
    await local.stop();
    local = await startLambda({ retryDelays: [1], sendFailure: async (failure) => void sent.push(failure) });
    const deadLetterConfig = { targetArn: "arn:aws:sqs:eu-central-1:000000000000:dead" };
    await local.deploy("failing", "exports.handler = async () => { throw new Error('no') }", { deadLetterConfig });
    const destination = "arn:aws:sqs:eu-central-1:000000000000:failed";
    await local
      .handler("functionEventInvokeConfig:FunctionEventInvokeConfig")
      .create(
        { functionName: "failing", maximumRetryAttempts: 1, destinationConfig: { onFailure: { destination } } },
        "c",
      );
    local.lambda.invokeEvent("failing", { id: 1 });
    await eventually(() => expect(sent).to.have.length(2));
    expect(sent[0]).to.deep.include({ targetArn: deadLetterConfig.targetArn, roleArn: functionRole, body: '{"id":1}' });
    expect(sent[1]).to.deep.include({ targetArn: destination });
    const told = JSON.parse(String(sent[1]?.body));
    expect(told.requestContext).to.deep.include({ condition: "RetriesExhausted", approximateInvokeCount: 2 });
    expect(told.requestPayload).to.deep.equal({ id: 1 });
    expect(told.responsePayload.errorMessage).to.equal("no");
  });

  describe("an invocation with the scope CRUD", () => {
    const reconcile = `exports.handler = async (event) => { if (event.partner === "bad") throw new Error("no such partner"); return event }`;
    const inputs = (partner: string) => ({
      functionName: "reconcile",
      input: JSON.stringify({ partner }),
      lifecycleScope: "CRUD",
    });
    beforeEach(() => local.deploy("reconcile", reconcile));

    it("invokes on create, update and delete with what happens", async () => {
      const handler = local.handler("invocation:Invocation");
      const { id, outputs } = await handler.create(inputs("a"), "acme");
      expect(JSON.parse(String(outputs.result))).to.deep.equal({
        partner: "a",
        tf: { action: "create", prev_input: null },
      });
      const update = await handler.update?.(id, inputs("b"), inputs("a"));
      const updated = JSON.parse(String(update?.outputs.result));
      expect(updated).to.deep.equal({ partner: "b", tf: { action: "update", prev_input: { partner: "a" } } });
      await local.handler("function:Function").update?.("reconcile", { ...(await logging()) }, {});
      await handler.delete(id, inputs("b"));
      await eventually(() =>
        expect(local.lambda.log("reconcile").map(({ text }) => JSON.parse(text))).to.deep.equal([
          { partner: "b", tf: { action: "delete", prev_input: { partner: "b" } } },
        ]),
      );
    });
    const logging = async () => ({
      code: await local.code({ "index.js": "exports.handler = async (event) => console.log(JSON.stringify(event))" }),
      ...{ handler: "index.handler", runtime: "nodejs24.x", role: functionRole },
    });

    it("puts it under the key that the program chose", async () => {
      const chosen = { ...inputs("a"), terraformKey: "change" };
      const { outputs } = await local.handler("invocation:Invocation").create(chosen, "acme");
      expect(JSON.parse(String(outputs.result))).to.have.all.keys("partner", "change");
    });

    it("fails with the function's error", async () => {
      const message = await fault(local.handler("invocation:Invocation").create(inputs("bad"), "acme"));
      expect(message).to.equal("function reconcile failed to create acme: Error: no such partner");
    });

    it("is replaced when its triggers change, or without the scope when its input does", async () => {
      const handler = local.handler("invocation:Invocation");
      const replacing = (after: Properties, before: Properties) => replacingInputs(handler, after, before);
      expect(replacing({ ...inputs("a"), triggers: { v: "2" } }, inputs("a"))).to.deep.equal(["triggers"]);
      expect(replacing(inputs("b"), inputs("a"))).to.deep.equal([]);
      const once = (partner: string) => ({ ...inputs(partner), lifecycleScope: "CREATE_ONLY" });
      expect(replacing(once("b"), once("a"))).to.deep.equal(["input"]);
    });
  });
});

/** A zip archive of these files: the first stored, the others deflated. */
function zipOf(files: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [index, [name, text]] of Object.entries(files).entries()) {
    const raw = Buffer.from(text);
    const data = index === 0 ? raw : deflateRawSync(raw);
    const sizes = Buffer.alloc(26);
    sizes.writeUInt16LE(20, 0);
    sizes.writeUInt16LE(index === 0 ? 0 : 8, 4);
    sizes.writeUInt32LE(data.length, 14);
    sizes.writeUInt32LE(raw.length, 18);
    sizes.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), sizes, Buffer.from(name), data]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), sizes, place, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, ...directory, Buffer.from("PK\x05\x06", "latin1"), end]);
}

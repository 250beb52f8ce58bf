import { once } from "node:events";
import { GetFunctionCommand, InvokeCommand, type InvokeCommandInput } from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { eventually, functionRole, type LocalLambda, startLambda } from "./lambda-fixture";

describe("the local Lambda behind its API", () => {
  let local: LocalLambda;
  beforeEach(async () => {
    local = await startLambda({ maxEnvironments: 2, retryDelays: [1, 1] });
  });
  afterEach(() => local.stop());

  const invoke = async (FunctionName: string, payload: unknown = {}, more: Partial<InvokeCommandInput> = {}) => {
    const output = await local.client.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload), ...more }),
    );
    return { ...output, result: output.Payload?.length ? JSON.parse(output.Payload.transformToString()) : undefined };
  };
  const fault = (call: Promise<unknown>) =>
    call.then(
      () => expect.fail("was not refused"),
      (error: Error) => error,
    );

  it("runs the handler with its event and context", async () => {
    await local.deploy(
      "echo",
      `exports.handler = async (event, context) => ({ event, name: context.functionName, arn: context.invokedFunctionArn,
         memory: context.memoryLimitInMB, id: context.awsRequestId, left: context.getRemainingTimeInMillis() })`,
      { timeout: 20, memorySize: 256 },
    );
    const { result, StatusCode, FunctionError, ExecutedVersion } = await invoke("echo", { a: [1, "ü"] });
    expect({ StatusCode, FunctionError, ExecutedVersion }).to.deep.equal({
      StatusCode: 200,
      FunctionError: undefined,
      ExecutedVersion: "$LATEST",
    });
    const arn = "arn:aws:lambda:eu-central-1:000000000000:function:echo";
    expect(result).to.deep.include({ event: { a: [1, "ü"] }, name: "echo", arn, memory: "256" });
    expect(result.id).to.match(/^[0-9a-f-]{36}$/);
    expect(result.left).to.be.within(1, 20_000);
    expect(local.accesses.map(({ action, resource }) => [action, resource])).to.deep.equal([
      ["lambda:InvokeFunction", arn],
    ]);
  });

  it("gives the function its own environment and nothing of this process's", async () => {
    process.env.QUAYSIDE_SECRET_OF_THE_PARENT = "x";
    await local.deploy("environment", "exports.handler = async () => process.env", {
      environment: { variables: { TABLE: "t", NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem" } },
    });
    const { result } = await invoke("environment");
    delete process.env.QUAYSIDE_SECRET_OF_THE_PARENT;
    expect(result).to.deep.include({
      TABLE: "t",
      NODE_EXTRA_CA_CERTS: `${local.folder}/authorities.pem`,
      AWS_REGION: "eu-central-1",
      AWS_DEFAULT_REGION: "eu-central-1",
      AWS_ENDPOINT_URL: local.url,
      AWS_LAMBDA_FUNCTION_NAME: "environment",
    });
    expect(local.credentials.find(result.AWS_ACCESS_KEY_ID)?.principal).to.deep.equal({ roleArn: functionRole });
    expect(result).to.not.have.any.keys(["QUAYSIDE_SECRET_OF_THE_PARENT", "HOME", "NODE_CHANNEL_FD"]);
  });

  it("keeps an environment warm, and starts another for a concurrent invocation", async () => {
    await local.deploy(
      "counter",
      "let n = 0; exports.handler = async ({ ms }) => { n += 1; await new Promise((r) => setTimeout(r, ms)); return { n, pid: process.pid } }",
    );
    const first = await invoke("counter", { ms: 0 });
    const second = await invoke("counter", { ms: 0 });
    expect(second.result).to.deep.equal({ n: 2, pid: first.result.pid });
    const three = await Promise.all([1, 2, 3].map(() => invoke("counter", { ms: 50 })));
    expect(new Set(three.map(({ result }) => result.pid)).size).to.equal(2);
  });

  it("reports what a handler throws, and goes on with the same environment", async () => {
    await local.deploy(
      "thrower",
      "exports.handler = async ({ bad }) => { if (bad) throw new RangeError('too far'); return process.pid }",
    );
    const { result: pid } = await invoke("thrower");
    const { FunctionError, StatusCode, result } = await invoke("thrower", { bad: true });
    expect({ FunctionError, StatusCode }).to.deep.equal({ FunctionError: "Unhandled", StatusCode: 200 });
    expect(result).to.deep.include({ errorType: "RangeError", errorMessage: "too far" });
    expect(result.trace[0]).to.equal("RangeError: too far");
    expect((await invoke("thrower")).result).to.equal(pid);
  });

  it("ends an environment that times out, and starts anew", async () => {
    await local.deploy("slow", "exports.handler = async ({ stuck }) => { if (stuck) for (;;); return process.pid }", {
      timeout: 1,
    });
    const { result: pid } = await invoke("slow");
    const { FunctionError, result } = await invoke("slow", { stuck: true });
    expect(FunctionError).to.equal("Unhandled");
    expect(result.errorType).to.equal("Sandbox.Timedout");
    expect(result.errorMessage).to.match(/Task timed out after 1\.00 seconds$/);
    expect((await invoke("slow")).result).to.not.equal(pid);
  });

  it("reports an environment that exits by itself", async () => {
    await local.deploy("quitter", "exports.handler = async () => process.exit(3)");
    const { result } = await invoke("quitter");
    expect(result).to.deep.equal({
      errorType: "Runtime.ExitError",
      errorMessage: "Error: Runtime exited with error: exit status 3",
    });
  });

  it("reports a module, an export or a signature that the runtime cannot use", async () => {
    await local.deploy("module", "", { handler: "absent.handler" });
    await local.deploy("export", "exports.other = 1");
    await local.deploy("callback", "exports.handler = (event, context, callback) => callback(null, 1)");
    await local.deploy("broken", "throw new TypeError('no')");
    const types = [];
    for (const name of ["module", "export", "callback", "broken"]) types.push((await invoke(name)).result.errorType);
    expect(types).to.deep.equal([
      "Runtime.ImportModuleError",
      "Runtime.HandlerNotFound",
      "Runtime.CallbackHandlerDeprecated",
      "TypeError",
    ]);
  });

  it("retries an event twice and then gives it up", async () => {
    await local.deploy(
      "failing",
      "exports.handler = async ({ id }) => { console.log('got ' + id); throw new Error('no') }",
    );
    const { StatusCode, result } = await invoke("failing", { id: 7 }, { InvocationType: "Event" });
    expect({ StatusCode, result }).to.deep.equal({ StatusCode: 202, result: undefined });
    await eventually(() =>
      expect(local.lambda.log("failing").filter(({ text }) => text === "got 7")).to.have.length(3),
    );
  });

  it("throttles beyond the reserved concurrency", async () => {
    await local.deploy("one", "exports.handler = async () => new Promise((r) => setTimeout(r, 300, 'done'))", {
      reservedConcurrentExecutions: 1,
    });
    const outcomes = await Promise.allSettled([invoke("one"), invoke("one")]);
    expect(outcomes.map(({ status }) => status).sort()).to.deep.equal(["fulfilled", "rejected"]);
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    expect(refused?.reason).to.include({ name: "TooManyRequestsException" });
  });

  it("refuses an unknown function, payloads that are no JSON, and versions", async () => {
    await local.deploy("known", "exports.handler = async () => 1");
    expect(await fault(invoke("unknown"))).to.include({ name: "ResourceNotFoundException" });
    expect(await fault(invoke("known", {}, { Qualifier: "7" }))).to.include({ name: "ResourceNotFoundException" });
    expect(await fault(invoke("known", {}, { Payload: "{" }))).to.be.instanceOf(Error);
    expect(await fault(invoke("known", {}, { LogType: "Tail" })))
      .to.have.property("message")
      .that.contains("LogType");
  });

  it("describes a function", async () => {
    const { outputs } = await local.deploy("described", "exports.handler = async () => 1");
    const { Configuration } = await local.client.send(new GetFunctionCommand({ FunctionName: String(outputs.arn) }));
    expect(Configuration).to.deep.include({
      FunctionName: "described",
      FunctionArn: outputs.arn,
      Role: functionRole,
      Timeout: 3,
      CodeSha256: outputs.codeSha256,
    });
  });

  it("collects what functions write, line by line", async () => {
    await local.deploy("writer", "exports.handler = async () => { console.log('a\\nb'); console.error('c') }");
    await invoke("writer");
    const seen = await eventually(() => {
      const lines = local.lines
        .filter(({ source }) => source === "writer")
        .map(({ stream, text }) => `${stream} ${text}`);
      expect(lines).to.have.length(3);
      return lines;
    });
    expect(seen.sort()).to.deep.equal(["stderr c", "stdout a", "stdout b"]);
  });

  it("leaves no process behind", async () => {
    await local.deploy("survivor", "setInterval(() => {}, 1000); exports.handler = async () => process.pid");
    const { result: pid } = await invoke("survivor");
    process.kill(pid, 0);
    await local.lambda.stop();
    expect(() => process.kill(pid, 0)).to.throw("ESRCH");
  });

  it("loses its environments when this process is killed", async () => {
    const { fork } = await import("node:child_process");
    const { join } = await import("node:path");
    const { path } = await local.code({
      "index.js": "setInterval(() => {}, 1000); exports.handler = () => {}",
      "parent.cjs": `const child = require("node:child_process").fork(${JSON.stringify(join(__dirname, "runtime.cjs"))}, {
          env: { LAMBDA_TASK_ROOT: __dirname, _HANDLER: "index.handler" } });
        child.on("message", () => process.send(child.pid));`,
    });
    const parent = fork(join(await path, "parent.cjs"), { execArgv: [] });
    const [pid] = await once(parent, "message");
    process.kill(pid, 0);
    parent.kill("SIGKILL");
    await eventually(() => expect(() => process.kill(pid, 0)).to.throw("ESRCH"));
  });
});

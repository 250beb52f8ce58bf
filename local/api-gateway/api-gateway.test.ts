import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect } from "chai";
import { localAccount } from "../aws-endpoint/account";
import { AwsError } from "../aws-endpoint/aws-error";
import type { AccessRequest } from "../aws-endpoint/service";
import { type SignedInEndpoint, startSignedIn } from "../aws-endpoint/signed-in";
import type { InvocationResult } from "../lambda/execution-environment";
import type { InvocationSource } from "../lambda/invoke-permission";
import { ManualClock } from "../manual-clock";
import { replacingInputs } from "../program/replacing-inputs";
import { apiGatewayHandlers } from "./api-gateway-handlers";
import { ApiGatewayService } from "./api-gateway-service";

const functionArn = "arn:aws:lambda:eu-central-1:000000000000:function:authorize";
const uri = `arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`;

describe("the local API Gateway", () => {
  let endpoint: SignedInEndpoint;
  let gateway: ApiGatewayService;
  /** What the function answers, and what it was asked. */
  let answer: () => Promise<InvocationResult>;
  let refused: Error | undefined;
  const invocations: { arn: string; event: Record<string, unknown>; source: InvocationSource | undefined }[] = [];
  const accesses: AccessRequest[] = [];
  const problems: string[] = [];
  const clock = new ManualClock();

  beforeEach(async () => {
    for (const list of [invocations, accesses, problems]) list.length = 0;
    refused = undefined;
    answer = async () => ({ payload: JSON.stringify({ statusCode: 200, body: "{}" }) });
    endpoint = await startSignedIn({
      authorize: (access) => {
        accesses.push(access);
        if (refused) throw refused;
      },
    });
    gateway = new ApiGatewayService({
      ...{ account: localAccount(), endpointUrl: endpoint.url, clock },
      onProblem: (problem) => void problems.push(problem),
      lambda: {
        invoke: (arn, event, source) => {
          invocations.push({ arn, event: event as Record<string, unknown>, source });
          return answer();
        },
      },
    });
    endpoint.register(gateway);
  });
  afterEach(() => endpoint.stop());

  const handler = (type: string) => {
    const found = apiGatewayHandlers(gateway)[`aws:apigateway/${type}`];
    if (!found) throw new Error(`no handler for ${type}`);
    return found;
  };
  const createApi = async () => {
    const { id, outputs } = await handler("restApi:RestApi").create({ name: "logins" }, "api");
    return { id, rootResourceId: String(outputs.rootResourceId), outputs };
  };
  /** Adds a method below the root, and what it leads to. */
  const createMethod = async (api: { id: string; rootResourceId: string }, path: string[], inputs = {}) => {
    let parentId = api.rootResourceId;
    for (const pathPart of path) {
      const resource = { restApi: api.id, parentId, pathPart };
      parentId = (await handler("resource:Resource").create(resource, pathPart)).id;
    }
    const method = { restApi: api.id, resourceId: parentId, httpMethod: "GET" };
    await handler("method:Method").create({ ...method, authorization: "AWS_IAM" }, "method");
    const target = { type: "AWS_PROXY", integrationHttpMethod: "POST", uri, ...inputs };
    await handler("integration:Integration").create({ ...method, ...target }, "integration");
  };
  const deploy = async (restApi: string) => (await handler("deployment:Deployment").create({ restApi }, "d")).id;
  const stageInputs = (restApi: string, deployment: string) => ({ restApi, deployment, stageName: "logins" });
  const serve = async (path: string[] = ["servers", "{serverId}", "users", "{username}", "config"], inputs = {}) => {
    const api = await createApi();
    await createMethod(api, path, inputs);
    const stage = stageInputs(api.id, await deploy(api.id));
    const { id, outputs } = await handler("stage:Stage").create(stage, "stage");
    return { ...api, stage, stageId: id, url: String(outputs.invokeUrl) };
  };
  const get = async (url: string, headers: Record<string, string> = {}) => {
    const { hostname, host, pathname, searchParams } = new URL(url);
    const { region, credentials } = endpoint.client;
    const signer = new SignatureV4({ service: "execute-api", region, credentials, sha256: Sha256 });
    const query = Object.fromEntries(searchParams);
    const request = { method: "GET", protocol: "http:", hostname, path: pathname, query, headers: { host } };
    const signed = await signer.sign(request);
    const { host: _, ...rest } = signed.headers;
    const response = await fetch(url, { headers: { ...rest, ...headers } });
    return { status: response.status, body: await response.text(), headers: response.headers };
  };

  it("hands a signed request to the function as a proxy event, and its answer back", async () => {
    const { url, id } = await serve();
    expect(url).to.equal(`${endpoint.url}/restapis/${id}/logins`);
    answer = async () => ({
      payload: JSON.stringify({
        statusCode: 201,
        headers: { "X-Answer": 1 },
        body: Buffer.from("hi").toString("base64"),
        isBase64Encoded: true,
      }),
    });
    const query = "protocol=SFTP&sourceIp=10.0.0.1%2F8";
    const response = await get(`${url}/servers/s-1/users/ann%40acme/config?${query}`, { PasswordBase64: "cGE=" });
    expect(response).to.deep.include({ status: 201, body: "hi" });
    expect(response.headers.get("x-answer")).to.equal("1");
    const { arn, event, source } = invocations[0] ?? {};
    expect(arn).to.equal(functionArn);
    expect(source).to.deep.equal({
      principal: "apigateway.amazonaws.com",
      sourceArn: `arn:aws:execute-api:eu-central-1:000000000000:${id}/logins/GET/servers/*/users/*/config`,
    });
    expect(event).to.deep.include({
      resource: "/servers/{serverId}/users/{username}/config",
      path: "/servers/s-1/users/ann%40acme/config",
      httpMethod: "GET",
      pathParameters: { serverId: "s-1", username: "ann%40acme" },
      queryStringParameters: { protocol: "SFTP", sourceIp: "10.0.0.1/8" },
      multiValueQueryStringParameters: { protocol: ["SFTP"], sourceIp: ["10.0.0.1/8"] },
      body: null,
      isBase64Encoded: false,
    });
    expect(event?.headers).to.include({ PasswordBase64: "cGE=" });
    expect(Object.keys(event?.headers ?? {}).map((name) => name.toLowerCase())).to.not.include("authorization");
    expect(event?.requestContext).to.deep.include({ apiId: id, stage: "logins", httpMethod: "GET" });
  });

  it("asks whether the caller may invoke the method, with the API's own policy", async () => {
    const api = await createApi();
    await createMethod(api, ["config"]);
    const restApiPolicy = { restApiId: api.id, policy: '{"Statement":[]}' };
    await handler("restApiPolicy:RestApiPolicy").create(restApiPolicy, "policy");
    const stage = stageInputs(api.id, await deploy(api.id));
    const { outputs } = await handler("stage:Stage").create(stage, "stage");
    await get(`${outputs.invokeUrl}/config`);
    expect(accesses).to.deep.equal([
      {
        principal: { roleArn: "arn:aws:iam::000000000000:role/tester" },
        action: "execute-api:Invoke",
        resource: `arn:aws:execute-api:eu-central-1:000000000000:${api.id}/logins/GET/config`,
        resourcePolicy: '{"Statement":[]}',
      },
    ]);
    refused = new AwsError("AccessDeniedException", "is not authorized", 403);
    const denied = await get(`${outputs.invokeUrl}/config`);
    expect(denied).to.deep.include({ status: 403, body: '{"message":"is not authorized"}' });
    expect(invocations).to.have.length(1);
  });

  it("refuses what is unsigned, or unknown", async () => {
    const { url } = await serve(["config"]);
    expect((await fetch(`${url}/config`)).status).to.equal(403);
    const unknown = { status: 403, body: '{"message":"Missing Authentication Token"}' };
    expect(await get(`${url}/other`)).to.deep.include(unknown);
    expect(await get(`${endpoint.url}/restapis/absent/logins/config`)).to.deep.include({
      status: 403,
      body: '{"message":"Forbidden"}',
    });
    expect(invocations).to.deep.equal([]);
  });

  it("serves what was deployed, and nothing that changed since", async () => {
    const api = await serve(["config"]);
    await createMethod(api, ["added"]);
    const added = async () => (await get(`${api.url}/added`)).status;
    expect(await added()).to.equal(403);
    const triggers = (definition: string) => ({ restApi: api.id, triggers: { definition } });
    expect(replacingInputs(handler("deployment:Deployment"), triggers("2"), triggers("1"))).to.deep.equal(["triggers"]);
    const stage = { ...api.stage, deployment: await deploy(api.id) };
    await handler("stage:Stage").update?.(api.stageId, stage, api.stage);
    expect(await added()).to.equal(200);
    await handler("stage:Stage").delete(api.stageId, stage);
    expect(await added()).to.equal(403);
  });

  it("passes every call on to the function", async () => {
    const { url } = await serve(["config"]);
    await get(`${url}/config`);
    await get(`${url}/config`);
    expect(invocations).to.have.length(2);
  });

  const broken: [string, string, object | string][] = [
    ["a function that failed", "the function failed", { functionError: "Unhandled", payload: '{"errorMessage":"no"}' }],
    ["an answer without a status", "malformed Lambda proxy response", { payload: '{"body":"x"}' }],
    [
      "an answer whose body is an object",
      "malformed Lambda proxy response",
      { payload: '{"statusCode":200,"body":{}}' },
    ],
    ["an answer that is a string", "malformed Lambda proxy response", { payload: '"ok"' }],
  ];
  for (const [what, why, result] of broken) {
    it(`answers 502 for ${what}`, async () => {
      const { url } = await serve(["config"]);
      answer = async () => result as InvocationResult;
      const { status, body } = await get(`${url}/config`);
      expect([status, body]).to.deep.equal([502, '{"message":"Internal server error"}']);
      expect(problems[0]).to.contain(why);
    });
  }

  it("answers 500 where the function does not permit the invocation, 504 where it takes too long", async () => {
    const { url } = await serve(["config"], { timeoutMilliseconds: 1000 });
    answer = async () => {
      throw new AwsError("AccessDeniedException", "no permission of the function allows it", 403);
    };
    expect((await get(`${url}/config`)).status).to.equal(500);
    expect(problems[0]).to.contain("no permission of the function allows it");
    answer = () => new Promise(() => queueMicrotask(() => setImmediate(() => clock.advance(1000))));
    const late = await get(`${url}/config`);
    expect(late).to.deep.include({ status: 504, body: '{"message":"Endpoint request timed out"}' });
  });

  it("refuses by name what it does not implement", async () => {
    const { id, rootResourceId } = await createApi();
    const fault = (call: Promise<unknown>) => call.then(() => "", String);
    const method = { restApi: id, resourceId: rootResourceId, httpMethod: "GET", authorization: "AWS_IAM" };
    const create = (type: string, inputs: object) => fault(handler(type).create({ ...inputs }, "x"));
    expect(await create("method:Method", { ...method, authorization: "NONE" })).to.contain("only AWS_IAM");
    await create("method:Method", method);
    expect(await fault(deploy(id))).to.contain("no integration defined for method GET /");
    const proxy = { ...method, type: "AWS_PROXY", integrationHttpMethod: "POST", uri };
    expect(await create("integration:Integration", { ...proxy, type: "MOCK" })).to.contain("only AWS_PROXY");
    expect(await create("integration:Integration", { ...proxy, integrationHttpMethod: "GET" })).to.contain("POST");
    expect(await create("integration:Integration", { ...proxy, uri: "https://x" })).to.contain("invokeArn");
    const settings = { restApi: id, stageName: "s", methodPath: "*/*", settings: { cachingEnabled: true } };
    expect(await create("methodSettings:MethodSettings", settings)).to.contain("cachingEnabled");
    expect(await create("stage:Stage", { ...stageInputs(id, "absent") })).to.contain("no deployment absent");
  });
});

/** What the signer asks of a hash, with Node's own. */
class Sha256 {
  readonly #hash;
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as Buffer);
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

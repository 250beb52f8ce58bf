import { request } from "node:http";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { ListQueuesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect } from "chai";
import { Sqs } from "../sqs/sqs";
import { localAccount } from "./account";
import { AwsError } from "./aws-error";
import { CredentialRegistry } from "./credentials";
import { answerRestJson } from "./rest-json-protocol";
import { type AwsEndpoint, startAwsEndpoint } from "./server";
import type { AwsCall } from "./service";

const roleArn = "arn:aws:iam::000000000000:role/tester";

describe("startAwsEndpoint", () => {
  let endpoint: AwsEndpoint;
  let registry: CredentialRegistry;
  let faults: unknown[];
  let denied: boolean;
  let calls: Pick<AwsCall, "principal" | "region">[];

  beforeEach(async () => {
    [registry, faults, denied, calls] = [new CredentialRegistry(), [], false, []];
    endpoint = await startAwsEndpoint({
      credentials: registry,
      onFault: (fault) => faults.push(fault),
      authorize: ({ action }) => {
        if (denied) throw new AwsError("AccessDenied", `not authorized to perform ${action}`, 403);
      },
    });
    endpoint.register(new Sqs({ account: localAccount(), endpointUrl: endpoint.url }));
    endpoint.register({
      scope: "s3",
      async handle(call) {
        calls.push(call);
        call.response.end(decodeURIComponent(call.url.pathname));
      },
    });
    endpoint.register({
      scope: "lambda",
      handle: (call) =>
        answerRestJson(call, {
          "GET /2015-03-31/functions/{name}": async ({ parameters }) => {
            if (parameters.name === "broken") throw new TypeError("a fault");
            throw new AwsError("ResourceNotFoundException", `Function not found: ${parameters.name}`, 404);
          },
        }),
    });
  });
  afterEach(() => endpoint.stop());

  const config = (changes: object = {}) => ({
    ...{ region: "eu-central-1", endpoint: endpoint.url, maxAttempts: 1, forcePathStyle: true },
    credentials: { ...registry.issue({ roleArn }), ...changes },
  });
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail("nothing was refused"),
      (error) => error,
    );

  it("dispatches by credential scope, with the principal of the key", async () => {
    const { QueueUrls } = await new SQSClient(config()).send(new ListQueuesCommand());
    expect(QueueUrls).to.deep.equal([]);
    const { Body } = await new S3Client(config()).send(new GetObjectCommand({ Bucket: "b", Key: "a b/ü+(1)*'.csv" }));
    expect(await Body?.transformToString()).to.equal("/b/a b/ü+(1)*'.csv");
    expect(calls.map(({ principal, region }) => ({ principal, region }))).to.deep.equal([
      { principal: { roleArn }, region: "eu-central-1" },
    ]);
  });

  const badCredentials: [name: string, changes: object, codes: { json: string; query: string; s3: string }][] = [
    [
      "an unknown access key",
      { accessKeyId: "ASIAUNKNOWN" },
      { json: "UnrecognizedClientException", query: "InvalidClientTokenId", s3: "InvalidAccessKeyId" },
    ],
    [
      "a signature made with another secret",
      { secretAccessKey: "other" },
      { json: "InvalidSignatureException", query: "SignatureDoesNotMatch", s3: "SignatureDoesNotMatch" },
    ],
    [
      "another session token",
      { sessionToken: "other" },
      { json: "UnrecognizedClientException", query: "InvalidClientTokenId", s3: "InvalidToken" },
    ],
    [
      "no session token",
      { sessionToken: undefined },
      { json: "UnrecognizedClientException", query: "InvalidClientTokenId", s3: "InvalidToken" },
    ],
  ];
  for (const [name, changes, { json, query, s3 }] of badCredentials) {
    it(`refuses ${name} in each protocol`, async () => {
      const list = failure(new SQSClient(config(changes)).send(new ListQueuesCommand()));
      const topics = failure(new SNSClient(config(changes)).send(new ListTopicsCommand()));
      const object = failure(new S3Client(config(changes)).send(new GetObjectCommand({ Bucket: "b", Key: "k" })));
      expect([(await list).name, (await topics).name, (await object).name]).to.deep.equal([json, query, s3]);
      expect(calls).to.deep.equal([]);
    });
  }

  it("refuses a request that was changed on its way, header, query or body", async () => {
    const { credentials } = config();
    const signer = new SignatureV4({ credentials, region: "eu-central-1", service: "sqs", sha256: Sha256 });
    const { hostname, host, port } = new URL(endpoint.url);
    const target = { method: "POST", protocol: "http:", hostname, port: Number(port), path: "/", body: "{}" };
    const headers = { host, "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.ListQueues" };
    const { headers: signed } = await signer.sign({ ...target, headers, query: { a: "1 +" } });
    const send = async (path: string, changes: Record<string, string>, body = "{}") => {
      const response = await fetch(`${endpoint.url}${path}`, {
        method: "POST",
        headers: { ...signed, ...changes },
        body,
      });
      return ((await response.json()) as { __type?: string }).__type;
    };
    expect(await send("/?a=1%20%2B", {})).to.equal(undefined);
    expect(await send("/?a=1%20%2C", {})).to.equal("InvalidSignatureException");
    expect(await send("/?a=1%20%2B", { "x-amz-target": "AmazonSQS.CreateQueue" })).to.equal(
      "InvalidSignatureException",
    );
    expect(await send("/?a=1%20%2B", {}, '{"MaxResults":1}')).to.equal("XAmzContentSHA256Mismatch");
  });

  it("refuses a signature that is too old, and takes a presigned URL until it expires", async () => {
    const { credentials } = config();
    const signer = new SignatureV4({
      credentials,
      region: "eu-central-1",
      service: "s3",
      sha256: Sha256,
      uriEscapePath: false,
    });
    const { hostname, host, port } = new URL(endpoint.url);
    const target = {
      method: "GET",
      protocol: "http:",
      hostname,
      port: Number(port),
      path: "/b/k%20k",
      headers: { host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
    };
    const presign = async (secondsAgo: number) => {
      const signingDate = new Date(Date.now() - secondsAgo * 1000);
      const { query = {} } = await signer.presign({ ...target, query: {} }, { signingDate, expiresIn: 600 });
      const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
      return fetch(`${endpoint.url}/b/k%20k?${text.join("&")}`);
    };
    expect(await (await presign(500)).text()).to.equal("/b/k k");
    expect(await (await presign(700)).text()).to.contain("<Code>RequestTimeTooSkewed</Code>");
    const old = { ...config(), systemClockOffset: -6 * 60_000 };
    expect((await failure(new SQSClient(old).send(new ListQueuesCommand()))).name).to.equal(
      "InvalidSignatureException",
    );
  });

  it("refuses what is not signed, and names the service that has no stand-in", async () => {
    const response = await fetch(endpoint.url, { method: "POST" });
    expect(response.status).to.equal(403);
    expect(await response.json()).to.deep.include({ code: "MissingAuthenticationTokenException" });
    const error = await failure(new SecretsManagerClient(config()).send(new ListSecretsCommand()));
    expect(error.message).to.equal('The service "secretsmanager" has no local stand-in.');
  });

  it("renders an error of a REST-JSON service, and reports what is none of AWS's", async () => {
    const lambda = new LambdaClient(config());
    const missing = await failure(lambda.send(new GetFunctionCommand({ FunctionName: "route" })));
    expect(missing).to.include({ name: "ResourceNotFoundException", message: "Function not found: route" });
    expect(faults).to.deep.equal([]);
    const broken = await failure(lambda.send(new GetFunctionCommand({ FunctionName: "broken" })));
    expect(broken.$metadata.httpStatusCode).to.equal(500);
    expect(faults).to.have.length(1);
  });

  it("lets the policies refuse a call", async () => {
    denied = true;
    const error = await failure(new SQSClient(config()).send(new ListQueuesCommand()));
    expect(error).to.include({ name: "AccessDenied", message: "not authorized to perform sqs:ListQueues" });
  });

  it("stops with connections kept alive and a long poll under way", async () => {
    const sqs = new Sqs({ account: localAccount(), endpointUrl: endpoint.url });
    endpoint.register(sqs);
    const queue = sqs.createQueue("poll");
    const client = new SQSClient(config());
    const receive = queue.receive.bind(queue);
    const waiting = new Promise<void>((resolve) => {
      queue.receive = (options) => {
        resolve();
        return receive(options);
      };
    });
    const poll = client.send(new ReceiveMessageCommand({ QueueUrl: sqs.urlOf("poll"), WaitTimeSeconds: 20 }));
    await client.send(new ListQueuesCommand());
    await waiting;
    await endpoint.stop();
    expect((await poll).Messages).to.equal(undefined);
    const refused = await new Promise<NodeJS.ErrnoException>((resolve) => {
      request(endpoint.url).once("error", resolve).end();
    });
    expect(refused.code).to.equal("ECONNREFUSED");
  });
});

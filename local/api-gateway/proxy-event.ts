import type { IncomingMessage } from "node:http";
import type { APIGatewayProxyEvent } from "aws-lambda";
import type { FoundMethod } from "./find-method";

export interface ProxiedRequest extends FoundMethod {
  request: IncomingMessage;
  /** As sent, below the stage. */
  path: string;
  query: URLSearchParams;
  body: Buffer;
  apiId: string;
  stage: string;
  stageVariables: Record<string, string>;
  requestId: string;
  accountId: string;
  /** Of who signed the request. */
  roleArn: string;
  at: Date;
}

/** What the signature was for ends at the gateway. */
const notPassedOn = ["authorization", "x-amz-security-token"];

/** The event of a Lambda proxy integration, payload version 1.0. Source: API Gateway Developer Guide. */
export function proxyEvent(proxied: ProxiedRequest): APIGatewayProxyEvent {
  const { request, path, query, method, pathParameters, body, stageVariables } = proxied;
  const headers = headerLists(request);
  const queries = Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)]));
  const isText = isUtf8(body);
  return {
    resource: method.path,
    path,
    httpMethod: request.method ?? "GET",
    headers: lastOfEach(headers),
    multiValueHeaders: headers,
    queryStringParameters: query.size > 0 ? lastOfEach(queries) : null,
    multiValueQueryStringParameters: query.size > 0 ? queries : null,
    // Not decoded: REST APIs leave that to the function.
    pathParameters: Object.keys(pathParameters).length > 0 ? pathParameters : null,
    stageVariables: Object.keys(stageVariables).length > 0 ? stageVariables : null,
    body: body.length === 0 ? null : body.toString(isText ? "utf8" : "base64"),
    isBase64Encoded: body.length > 0 && !isText,
    requestContext: requestContext(proxied),
  };
}

function requestContext(proxied: ProxiedRequest): APIGatewayProxyEvent["requestContext"] {
  const { request, path, method, apiId, stage, requestId, accountId, roleArn, at } = proxied;
  return {
    ...{ accountId, apiId, stage, requestId },
    authorizer: null,
    extendedRequestId: requestId,
    httpMethod: request.method ?? "GET",
    path: `/${stage}${path}`,
    protocol: "HTTP/1.1",
    requestTime: at.toUTCString(),
    requestTimeEpoch: at.getTime(),
    resourceId: method.resourceId,
    resourcePath: method.path,
    identity: {
      ...{
        accessKey: null,
        apiKey: null,
        apiKeyId: null,
        clientCert: null,
        principalOrgId: null,
      },
      ...{ cognitoAuthenticationProvider: null, cognitoAuthenticationType: null },
      ...{ cognitoIdentityId: null, cognitoIdentityPoolId: null },
      accountId,
      caller: roleArn,
      user: roleArn,
      userArn: roleArn,
      sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
      userAgent: request.headers["user-agent"] ?? null,
    },
  };
}

function headerLists({ rawHeaders }: IncomingMessage): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (notPassedOn.includes(name.toLowerCase())) continue;
    lists[name] = [...(lists[name] ?? []), rawHeaders[index + 1] ?? ""];
  }
  return lists;
}

function lastOfEach(lists: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.at(-1) ?? ""]));
}

function isUtf8(bytes: Buffer): boolean {
  return Buffer.compare(Buffer.from(bytes.toString("utf8")), bytes) === 0;
}

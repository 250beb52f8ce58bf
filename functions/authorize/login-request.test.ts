import type { APIGatewayProxyEvent } from "aws-lambda";
import { expect } from "chai";
import proxyRequest from "./fixtures/lambda-go-apigw-restapi-openapi-request.json";
import { loginRequest } from "./login-request";

/** Transfer Family's request in the form that API Gateway gives it. */
function proxyEvent(overrides: Partial<APIGatewayProxyEvent> = {}): APIGatewayProxyEvent {
  return {
    ...(proxyRequest as unknown as APIGatewayProxyEvent),
    resource: "/servers/{serverId}/users/{username}/config",
    path: "/servers/s-1/users/acme/config",
    httpMethod: "GET",
    pathParameters: { serverId: "s-1", username: "acme" },
    queryStringParameters: { protocol: "SFTP", sourceIp: "203.0.113.7" },
    headers: {},
    multiValueHeaders: {},
    ...overrides,
  };
}

describe("loginRequest", () => {
  it("reads who asks, how and from where", () => {
    const event = proxyEvent({ headers: { PasswordBase64: Buffer.from("pässword✓").toString("base64") } });
    expect(loginRequest(event)).to.deep.equal({
      username: "acme",
      protocol: "SFTP",
      sourceAddress: "203.0.113.7",
      password: "pässword✓",
    });
  });

  it("prefers the encoded password, and minds no case in header names", () => {
    const both = { password: "p?ssword", PASSWORDBASE64: Buffer.from("pässword").toString("base64") };
    expect(loginRequest(proxyEvent({ headers: both }))?.password).to.equal("pässword");
    expect(loginRequest(proxyEvent({ headers: { pAsSwOrD: "plain" } }))?.password).to.equal("plain");
    const many = { headers: undefined as never, multiValueHeaders: { Password: ["plain"] } };
    expect(loginRequest(proxyEvent(many))?.password).to.equal("plain");
  });

  it("takes no password, or an empty one, for a key", () => {
    expect(loginRequest(proxyEvent())?.password).to.equal(null);
    expect(loginRequest(proxyEvent({ headers: { Password: "", PasswordBase64: "" } }))?.password).to.equal(null);
  });

  for (const [encoded, decoded] of [
    ["acme%40example.org", "acme@example.org"],
    ["acme@example.org", "acme@example.org"],
    ["acme.1-2_3", "acme.1-2_3"],
  ]) {
    it(`reads the user name ${encoded}`, () => {
      const event = proxyEvent({ pathParameters: { serverId: "s-1", username: encoded } });
      expect(loginRequest(event)?.username).to.equal(decoded);
    });
  }

  for (const [what, overrides] of [
    ["no user name", { pathParameters: null }],
    ["a user name that is no encoding", { pathParameters: { username: "%E0%A4%A" } }],
    ["no protocol", { queryStringParameters: { sourceIp: "203.0.113.7" } }],
    ["no address", { queryStringParameters: { protocol: "SFTP" } }],
    ["no query", { queryStringParameters: null }],
  ] as const) {
    it(`makes no sense of ${what}`, () => {
      expect(loginRequest(proxyEvent(overrides))).to.equal(null);
    });
  }
});

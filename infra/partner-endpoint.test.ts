import { expect } from "chai";
import { type RecordedProgram, recordProgram } from "./testing";

const named = { hostname: "files.example.com", hostedZoneId: "Z123" };
const server = (program: RecordedProgram) => program.one("Server", "partners").inputs;

describe("the partner endpoint", () => {
  let program: RecordedProgram;
  const json = (value: unknown) => JSON.parse(String(value));
  before(async () => {
    program = await recordProgram({ stack: "prod" });
  });

  it("speaks SFTP only, under a current security policy, unless told otherwise", () => {
    expect(server(program)).to.deep.include({
      protocols: ["SFTP"],
      securityPolicyName: "TransferSecurityPolicy-2025-03",
      identityProviderType: "API_GATEWAY",
      endpointType: "VPC",
      url: "https://api1.execute-api.example/logins",
    });
    expect(program.warnings).to.deep.equal([]);
  });

  it("faces the internet with an address that stays in each zone", () => {
    const details = server(program).endpointDetails as { subnetIds: string[]; addressAllocationIds: string[] };
    expect(details.addressAllocationIds).to.have.members(
      ["a", "b", "c"].map((zone) => program.one("Eip", `partners-eu-central-1${zone}`).state.id),
    );
    const isPublic = program.all("Subnet").filter(({ name }) => name.startsWith("public"));
    expect(details.subnetIds).to.have.members(isPublic.map(({ state }) => state.id));
  });

  it("logs in JSON to its own log group", () => {
    expect(server(program).structuredLogDestinations).to.deep.equal([
      `${program.one("LogGroup", "transfer-log").state.arn}:*`,
    ]);
  });

  it("speaks FTP inside the VPC only, with a warning", async () => {
    const inside = await recordProgram({ config: { protocols: '["SFTP","FTP"]', partnerEndpointAccess: "vpc" } });
    expect(inside.warnings.join()).to.include("unencrypted");
    const details = server(inside).endpointDetails as Record<string, unknown>;
    expect(details.addressAllocationIds).to.equal(undefined);
    const failure = await recordProgram({ config: { protocols: '["FTP"]' } }).catch((error: Error) => error);
    expect(failure).to.be.an("error").with.property("message").that.includes("FTP is unencrypted");
  });

  it("shows the certificate that it is given for FTPS, or one that is issued for its name", async () => {
    const ftpsCertificateArn = "arn:aws:acm:eu-central-1:000000000000:certificate/1";
    const given = await recordProgram({ config: { protocols: '["FTPS"]', ftpsCertificateArn } });
    expect(server(given).certificate).to.equal(ftpsCertificateArn);
    expect(given.all("Certificate")).to.deep.equal([]);

    const issued = await recordProgram({ config: { protocols: '["FTPS"]', ...named } });
    expect(issued.one("Certificate", "partners").inputs).to.include({
      domainName: named.hostname,
      validationMethod: "DNS",
    });
    expect(server(issued).certificate).to.equal(issued.one("Certificate", "partners").state.arn);
    expect(issued.one("Record", "partners-certificate").inputs).to.include({ name: "_x.example", zoneId: "Z123" });
  });

  it("has a name where the stack gives it one", async () => {
    const withName = await recordProgram({ config: named });
    expect(withName.outputs.hostname).to.equal("files.example.com");
    expect(withName.one("Record", "partners").inputs).to.deep.include({
      zoneId: "Z123",
      name: "files.example.com",
      type: "CNAME",
      records: ["s-1.server.transfer.example"],
    });
    expect(server(withName).tags).to.include({
      "transfer:customHostname": "files.example.com",
      "transfer:route53HostedZoneId": "/hostedzone/Z123",
    });
  });

  describe("asks its identity provider", () => {
    const api = "arn:aws:execute-api:eu-central-1:000000000000:api1";

    it("at Transfer Family's path, with a signed GET, which the authorize function answers", () => {
      expect(program.all("apigateway/resource:Resource").map(({ inputs }) => inputs.pathPart)).to.deep.equal([
        "servers",
        "{serverId}",
        "users",
        "{username}",
        "config",
      ]);
      expect(program.one("Method", "login").inputs).to.include({ httpMethod: "GET", authorization: "AWS_IAM" });
      expect(program.one("Integration", "login").inputs).to.include({
        type: "AWS_PROXY",
        integrationHttpMethod: "POST",
        uri: program.one("lambda/function:Function", "authorize").state.invokeArn,
      });
      expect(program.one("Permission", "authorize").inputs).to.include({
        principal: "apigateway.amazonaws.com",
        sourceArn: `${api}/logins/GET/servers/*/users/*/config`,
      });
    });

    it("as the only principal that may", () => {
      const role = program.one("iam/role:Role", "transfer-login").state.arn;
      const definition = program.one("RestApi", "logins").state.arn;
      expect(server(program).invocationRole).to.equal(role);
      expect(json(program.one("RestApiPolicy", "logins").inputs.policy).Statement).to.deep.equal([
        {
          Effect: "Allow",
          Principal: { AWS: "arn:aws:iam::000000000000:root" },
          Action: "execute-api:Invoke",
          Resource: `${api}/*`,
          Condition: { ArnEquals: { "aws:PrincipalArn": role } },
        },
        {
          Effect: "Deny",
          Principal: "*",
          Action: "execute-api:Invoke",
          Resource: `${api}/*`,
          Condition: { StringNotEquals: { "aws:PrincipalArn": role } },
        },
      ]);
      expect(json(program.one("RolePolicy", "transfer-login").inputs.policy).Statement).to.deep.equal([
        { Effect: "Allow", Action: "execute-api:Invoke", Resource: `${api}/logins/GET/servers/*/users/*/config` },
        { Effect: "Allow", Action: "apigateway:GET", Resource: [definition, `${definition}/*`] },
      ]);
    });

    it("without a password in any log", () => {
      expect(program.one("MethodSettings", "logins").inputs.settings).to.include({
        dataTraceEnabled: false,
        loggingLevel: "OFF",
        metricsEnabled: true,
      });
      const { accessLogSettings } = program.one("Stage", "logins").inputs as { accessLogSettings: { format: string } };
      expect(accessLogSettings.format).to.not.match(/header|requestOverride/i);
    });

    it("and deploys again when the API's policy or method changes", () => {
      const { triggers } = program.one("Deployment", "logins").inputs as { triggers: { definition: string } };
      expect(triggers.definition).to.include("aws:PrincipalArn");
      expect(triggers.definition).to.include("AWS_IAM");
      expect(program.one("Deployment", "logins").dependsOn).to.include("aws:apigateway/integration:Integration login");
    });

    it("which asks Cognito, where nobody signs up and nobody learns who has an account", () => {
      expect(program.one("UserPool", "logins").inputs.adminCreateUserConfig).to.deep.equal({
        allowAdminCreateUserOnly: true,
      });
      expect(program.one("UserPoolClient", "authorize").inputs).to.deep.include({
        explicitAuthFlows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        preventUserExistenceErrors: "ENABLED",
        generateSecret: false,
      });
    });
  });
});

import { expect } from "chai";
import { subscriber } from "./partner-fixtures";
import { type RecordedProgram, recordProgram } from "./testing";

interface Statement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string>>;
}

const list = (value: string | string[]) => (Array.isArray(value) ? value : [value]);
const account = "000000000000";
const key = (name: string) => `arn:aws:kms:eu-central-1:${account}:key/${name}-key`;
const bucket = `arn:aws:s3:::quayside-prod-${account}-eu-central-1`;
const ledgerUser = (user: string) => `arn:aws:rds-db:eu-central-1:${account}:dbuser:cluster-ABC/${user}`;
const secret = (name: string) => `arn:aws:secretsmanager:eu-central-1:${account}:secret:${name}`;
const jobQueue = `arn:aws:batch:eu-central-1:${account}:jobqueue/quayside-prod-jobs`;
const definition = (name: string) => `arn:aws:batch:eu-central-1:${account}:jobdefinition/quayside-prod-${name}`;
const topic = (name: string) => `arn:aws:sns:eu-central-1:${account}:topic/quayside-prod-${name}`;
const queue = (name: string) => `arn:aws:sqs:eu-central-1:${account}:queue/quayside-prod-${name}`;
const fileSystem = `arn:aws:efs:eu-central-1:${account}:filesystem/files`;
const pool = `arn:aws:cognito:eu-central-1:${account}:userpool/quayside-prod-logins`;

describe("permissions", () => {
  let program: RecordedProgram;
  const statements = (role: string): Statement[] =>
    JSON.parse(String(program.one("RolePolicy", role).inputs.policy)).Statement;
  /** `s3:GetObject on arn [ViaService]`, one for each action and resource that the role's own code may use. */
  const rights = (role: string) =>
    statements(role)
      .filter(({ Sid, Effect }) => Effect === "Allow" && !/^Lambda(Logs|Traces|Network)/.test(Sid ?? ""))
      .flatMap(({ Action, Resource, Condition }) =>
        list(Action).flatMap((action) =>
          list(Resource).map((resource) => {
            const via = Condition?.StringEquals?.["kms:ViaService"];
            return `${action} on ${resource}${via ? ` via ${via.split(".")[0]}` : ""}`;
          }),
        ),
      );
  before(async () => {
    program = await recordProgram({ stack: "prod", partners: subscriber("acme") });
  });

  it("no role may do everything of a service, and only calls that know no resource name none", () => {
    const withoutResource = [
      "batch:DescribeJobs",
      "ecr:GetAuthorizationToken",
      "xray:PutTraceSegments",
      "xray:PutTelemetryRecords",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
    ];
    for (const { name } of program.all("RolePolicy")) {
      for (const { Effect, Action, Resource } of statements(name)) {
        if (Effect === "Deny") continue;
        for (const action of list(Action)) {
          expect(action, name).to.not.include("*");
          if (list(Resource).includes("*")) expect(withoutResource, name).to.include(action);
        }
      }
    }
    // The one that API Gateway insists on.
    expect(program.all("RolePolicyAttachment").map(({ name }) => name)).to.deep.equal(["api-logs"]);
    for (const { name, inputs } of program.all("iam/role:Role")) {
      expect(inputs, name).to.not.have.any.keys("managedPolicyArns", "inlinePolicies");
    }
  });

  it("no policy of a resource names a new role as principal, which is not valid everywhere for some seconds", () => {
    // EFS answers such a policy with an error that the provider waits out.
    const policies = program.resources.filter(
      ({ type, inputs }) => inputs.policy !== undefined && !/:(FileSystem|Lifecycle)Policy$/.test(type),
    );
    const named = policies.flatMap(({ inputs }) =>
      (JSON.parse(String(inputs.policy)).Statement as { Principal?: "*" | { AWS?: string } }[]).flatMap(
        ({ Principal = "*" }) => (Principal === "*" ? [] : (Principal.AWS ?? [])),
      ),
    );
    expect(policies.map(({ type }) => type)).to.include("aws:apigateway/restApiPolicy:RestApiPolicy");
    expect(new Set(named)).to.deep.equal(new Set([`arn:aws:iam::${account}:root`]));
  });

  it("authorize asks Cognito and reads entitlements", () => {
    expect(rights("authorize")).to.have.members([
      `cognito-idp:AdminInitiateAuth on ${pool}`,
      `rds-db:connect on ${ledgerUser("quayside_authorize")}`,
    ]);
  });

  const starts = (...names: string[]) =>
    [jobQueue, ...names.flatMap((name) => [definition(name), `${definition(name)}:*`])].map(
      (arn) => `batch:SubmitJob on ${arn}`,
    );
  const tellsReplicate = `sns:Publish on ${topic("replication")}`;
  const publishes = [
    `sns:Publish on ${topic("notifications")}`,
    `kms:Decrypt on ${key("messages")} via sns`,
    `kms:GenerateDataKey on ${key("messages")} via sns`,
  ];
  const readsObjects = [
    `s3:GetObjectVersion on ${bucket}/*`,
    `s3:ListBucket on ${bucket}`,
    `s3:ListBucketVersions on ${bucket}`,
    `kms:Decrypt on ${key("data")} via s3`,
    `kms:GenerateDataKey on ${key("data")} via s3`,
  ];
  const service = `rds-db:connect on ${ledgerUser("quayside_service")}`;

  it("route consumes its queue, writes the ledger, starts jobs and tells partners", () => {
    expect(rights("route")).to.have.members([
      service,
      ...starts("send", "transform"),
      ...publishes,
      tellsReplicate,
      `sqs:ReceiveMessage on ${queue("uploads")}`,
      `sqs:DeleteMessage on ${queue("uploads")}`,
      `sqs:GetQueueAttributes on ${queue("uploads")}`,
      `kms:Decrypt on ${key("messages")} via sqs`,
    ]);
  });

  it("sweep does the same without the queue, and sees which jobs wait", () => {
    expect(rights("sweep")).to.have.members([
      ...[service, ...starts("send", "transform"), ...publishes, tellsReplicate],
      "batch:DescribeJobs on *",
    ]);
  });

  it("route and sweep may not publish to a topic that the stack has not got", async () => {
    const without = await recordProgram({ stack: "prod", config: { efs: "false" } });
    for (const role of ["route", "sweep"]) {
      const { Statement } = JSON.parse(String(without.one("RolePolicy", role).inputs.policy));
      const publishing = Statement.filter(({ Action }: Statement) => Action === "sns:Publish");
      expect(publishing).to.deep.equal([{ Effect: "Allow", Action: "sns:Publish", Resource: topic("notifications") }]);
    }
  });

  it("replicate reads versions, writes to the file system and to its own table", () => {
    const replication = queue("replication");
    expect(rights("replicate")).to.have.members([
      `rds-db:connect on ${ledgerUser("quayside_replicate")}`,
      `s3:GetObjectVersion on ${bucket}/*`,
      `s3:ListBucket on ${bucket}`,
      `s3:ListBucketVersions on ${bucket}`,
      `kms:Decrypt on ${key("data")} via s3`,
      `elasticfilesystem:ClientMount on ${fileSystem}`,
      `elasticfilesystem:ClientWrite on ${fileSystem}`,
      ...["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"].map((verb) => `sqs:${verb} on ${replication}`),
      `kms:Decrypt on ${key("messages")} via sqs`,
    ]);
    const mounts = statements("replicate").find(({ Sid }) => Sid === "LambdaMounts");
    expect(mounts?.Condition).to.deep.equal({
      StringEquals: { "elasticfilesystem:AccessPointArn": program.one("AccessPoint", "files").state.arn },
    });
  });

  it("reconcile writes rows, folder markers, and the logins' passwords", () => {
    const login = secret("quayside/prod/login/*");
    expect(rights("reconcile")).to.have.members([
      service,
      `s3:PutObject on ${bucket}/*/`,
      `kms:Decrypt on ${key("data")} via s3`,
      `kms:GenerateDataKey on ${key("data")} via s3`,
      ...["GetUser", "SetUserPassword", "EnableUser", "DisableUser"].map(
        (verb) => `cognito-idp:Admin${verb} on ${pool}`,
      ),
      ...["CreateSecret", "DescribeSecret", "DeleteSecret", "RestoreSecret", "TagResource"].map(
        (action) => `secretsmanager:${action} on ${login}`,
      ),
      ...["PutSecretValue", "UpdateSecret"].map((action) => `secretsmanager:${action} on ${login}`),
      `kms:Decrypt on ${key("data")} via secretsmanager`,
      `kms:GenerateDataKey on ${key("data")} via secretsmanager`,
    ]);
  });

  it("migrate reads the master secret, and logs in with a token where the password is not taken", () => {
    expect(rights("migrate")).to.have.members([
      `rds-db:connect on ${ledgerUser("quayside_owner")}`,
      `secretsmanager:GetSecretValue on ${secret("rds!cluster-1")}`,
      `kms:Decrypt on ${key("data")} via secretsmanager`,
    ]);
  });

  it("the send job reads versions, places files and reads the credentials of pushes", () => {
    expect(rights("send-job")).to.have.members([
      service,
      ...readsObjects,
      ...publishes,
      `s3:GetObject on ${bucket}/*`,
      `s3:PutObject on ${bucket}/*`,
      `s3:AbortMultipartUpload on ${bucket}/*`,
      `secretsmanager:GetSecretValue on ${secret("quayside/prod/push/*")}`,
      `kms:Decrypt on ${key("data")} via secretsmanager`,
    ]);
  });

  it("the transform job writes its results only, and starts send jobs only", () => {
    expect(rights("transform-job")).to.have.members([
      service,
      ...readsObjects,
      ...publishes,
      `s3:PutObject on ${bucket}/.transformed/*`,
      `s3:AbortMultipartUpload on ${bucket}/.transformed/*`,
      ...starts("send"),
    ]);
  });

  it("a partner's session never reaches results of transforms", () => {
    for (const role of ["transfer-session", "transfer-internal-session"]) {
      expect(statements(role), role).to.deep.include({ Effect: "Deny", Action: "s3:*", Resource: `${bucket}/.*` });
    }
  });

  it("code in a function may not touch network interfaces, which Lambda may", () => {
    for (const { inputs } of program.all("lambda/function:Function")) {
      const name = String(inputs.name).replace("quayside-prod-", "");
      const deny = statements(name).find(({ Effect }) => Effect === "Deny");
      const allowed = statements(name).filter(
        ({ Sid, Effect }) => Effect === "Allow" && Sid?.startsWith("LambdaNetwork"),
      );
      expect(deny?.Action).to.have.members(allowed.flatMap(({ Action }) => list(Action)));
      expect(deny?.Condition).to.deep.equal({
        ArnEquals: {
          "lambda:SourceFunctionArn": `arn:aws:lambda:eu-central-1:${account}:function:quayside-prod-${name}`,
        },
      });
    }
  });

  it("Transfer Family may take a session's role for its users and for the server that asks who they are", () => {
    const [{ Condition }] = JSON.parse(
      String(program.one("iam/role:Role", "transfer-session").inputs.assumeRolePolicy),
    ).Statement;
    const transfer = (resource: string) => `arn:aws:transfer:eu-central-1:${account}:${resource}`;
    expect(Condition).to.deep.equal({
      StringEquals: { "aws:SourceAccount": account },
      ArnLike: { "aws:SourceArn": [transfer("user/*"), transfer("server/*")] },
    });
  });

  it("each role trusts one service, and Transfer Family and Fargate for this account only", () => {
    const trust = Object.fromEntries(
      program.all("iam/role:Role").map(({ name, inputs }) => {
        const [statement] = JSON.parse(String(inputs.assumeRolePolicy)).Statement;
        return [name, [statement.Principal.Service, statement.Condition?.StringEquals?.["aws:SourceAccount"]]];
      }),
    );
    const lambda = ["lambda.amazonaws.com", undefined];
    expect(trust).to.deep.equal({
      ...Object.fromEntries(
        ["authorize", "route", "sweep", "reconcile", "replicate", "migrate"].map((name) => [name, lambda]),
      ),
      "send-job": ["ecs-tasks.amazonaws.com", account],
      "transform-job": ["ecs-tasks.amazonaws.com", account],
      "job-execution": ["ecs-tasks.amazonaws.com", account],
      "transfer-session": ["transfer.amazonaws.com", account],
      "transfer-internal-session": ["transfer.amazonaws.com", account],
      "transfer-logs": ["transfer.amazonaws.com", account],
      "malware-scan": ["malware-protection-plan.guardduty.amazonaws.com", undefined],
      "bucket-replication": ["s3.amazonaws.com", undefined],
      "transfer-login": ["transfer.amazonaws.com", account],
      "api-logs": ["apigateway.amazonaws.com", undefined],
    });
  });
});

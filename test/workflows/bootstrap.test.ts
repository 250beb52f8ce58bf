import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse, type ScalarTag } from "yaml";
import { publisher, subscriber } from "../../infra/partner-fixtures";
import { type RecordedProgram, recordProgram } from "../../infra/testing";

interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Action: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}
interface Role {
  AssumeRolePolicyDocument: { Statement: Statement[] };
  Policies: { PolicyDocument: { Statement: Statement[] } }[];
}

/** CloudFormation's short forms, as texts: what they stand for is known on AWS only. */
const customTags: (ScalarTag | { tag: string; collection: "seq" })[] = [
  ...["!Sub", "!Ref", "!GetAtt"].map(
    (tag): ScalarTag => ({ tag, resolve: (text) => text.replace(/\$\{(\w+)\}/g, "<$1>") }),
  ),
  ...["!If", "!Equals"].map((tag) => ({ tag, collection: "seq" as const })),
];

const text = readFileSync(join(__dirname, "../../docs/bootstrap/bootstrap.yaml"), "utf8");
const { Resources, Outputs } = parse(text, { customTags }) as {
  Resources: Record<string, { Properties: Record<string, unknown> }>;
  Outputs: Record<string, { Value: string }>;
};
const propertiesOf = <Properties>(name: string) => Resources[name]?.Properties as Properties;
const list = <Item>(value: Item | Item[]) => (Array.isArray(value) ? value : [value]);

/** Whether a pattern of an IAM policy covers an action; AWS compares without case. */
const covers = (pattern: string, action: string) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "i").test(action);

describe("the bootstrap", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordProgram({
      stack: "prod",
      partners: { ...subscriber("acme"), ...publisher("lab") },
      config: {
        hostname: "files.example.com",
        hostedZoneId: "Z123",
        protocols: '["SFTP","FTPS"]',
        internalEndpoint: "true",
        efs: "true",
        scan: "guardduty",
        replicaRegion: "eu-west-1",
        permissionsBoundary: "arn:aws:iam::000000000000:policy/boundary",
      },
    });
  });

  it("bounds roles by what the program gives them, and no less", () => {
    const { PolicyDocument } = propertiesOf<{ PolicyDocument: { Statement: Statement[] } }>("RoleBoundary");
    const allowed = PolicyDocument.Statement.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) =>
      list(Action),
    );
    const used = program
      .all("RolePolicy")
      .flatMap(({ inputs }) => (JSON.parse(String(inputs.policy)) as { Statement: Statement[] }).Statement)
      .filter(({ Effect }) => Effect === "Allow")
      .flatMap(({ Action }) => list(Action));
    expect(used.length).to.be.greaterThan(40);
    const missing = used.filter((action) => !allowed.some((pattern) => covers(pattern, action)));
    expect([...new Set(missing)]).to.deep.equal([]);
    for (const action of ["iam:CreateRole", "sts:AssumeRole", "kms:PutKeyPolicy", "ec2:RunInstances"]) {
      expect(
        allowed.some((pattern) => covers(pattern, action)),
        action,
      ).to.equal(false);
    }
  });

  it("is given to every role where the stack says so", () => {
    const roles = program.all("iam/role:Role");
    expect(roles.length).to.be.greaterThan(8);
    for (const { name, inputs } of roles) {
      expect(inputs.permissionsBoundary, name).to.equal("arn:aws:iam::000000000000:policy/boundary");
    }
  });

  it("lets the deployment make what the program registers", () => {
    const { Policies } = propertiesOf<Role>("DeployRole");
    const allowed = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Effect }) => Effect === "Allow")
      .flatMap(({ Action }) => list(Action));
    // Where the service has another prefix in IAM than its module has in Pulumi.
    const prefixes: Record<string, string> = {
      vpc: "ec2",
      cognito: "cognito-idp",
      efs: "elasticfilesystem",
      "cloudwatch/logGroup": "logs",
      "cloudwatch/logMetricFilter": "logs",
      "cloudwatch/eventRule": "events",
      "cloudwatch/eventTarget": "events",
    };
    const services = new Set(
      program.resources.flatMap(({ type }) => {
        const [, kind = "", module = ""] = /^aws:(([^/]+)\/[^:]+):/.exec(type) ?? [];
        return kind === "" ? [] : [prefixes[kind] ?? prefixes[module] ?? module];
      }),
    );
    expect(services.size).to.be.greaterThan(12);
    for (const service of services) {
      expect(
        allowed.some((action) => action.startsWith(`${service}:`)),
        service,
      ).to.equal(true);
    }
  });

  it("passes roles to every service that assumes one", () => {
    const { Policies } = propertiesOf<Role>("DeployRole");
    const passes = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).find(
      ({ Action }) => Action === "iam:PassRole",
    );
    const services = program
      .all("iam/role:Role")
      .flatMap(
        ({ inputs }) => JSON.parse(String(inputs.assumeRolePolicy)).Statement as { Principal: { Service: string } }[],
      )
      .map(({ Principal }) => Principal.Service);
    expect(passes?.Condition?.StringEquals?.["iam:PassedToService"]).to.include.members(services);
  });

  it("gives a pull request's role nothing that changes or that reads content", () => {
    const { Policies } = propertiesOf<Role>("PreviewRole");
    const actions = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).flatMap(({ Action }) =>
      list(Action),
    );
    for (const action of actions) {
      expect(action).to.match(
        /^(s3:(GetObject|ListBucket|GetBucketLocation)|kms:De\w+|ec2:Describe\w+|ecr:(Get|Batch)\w+)$/,
      );
    }
  });

  it("makes each role for one kind of run of one repository", () => {
    for (const [name, subject] of [
      ["PreviewRole", "repo:<Repository>:pull_request"],
      ["DriftRole", "repo:<Repository>:ref:refs/heads/<Branch>"],
      ["DeployRole", "repo:<Repository>:environment:<Stack>"],
    ] as const) {
      const [trust] = propertiesOf<Role>(name).AssumeRolePolicyDocument.Statement;
      expect(trust?.Condition, name).to.deep.equal({
        StringEquals: {
          "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
          "token.actions.githubusercontent.com:sub": subject,
        },
      });
    }
  });

  it("answers with what the workflows read", () => {
    const settings = Object.keys(JSON.parse(Outputs.Settings?.Value ?? "{}"));
    const workflows = ["preview-stack", "update-stack", "compare-stack"].map((name) =>
      readFileSync(join(__dirname, `../../.github/workflows/${name}.yml`), "utf8"),
    );
    const read = workflows.flatMap((workflow) =>
      [...workflow.matchAll(/fromJSON\(inputs\.settings\)\.(\w+)/g)].map(([, key]) => key),
    );
    expect([...new Set(read)]).to.have.members(settings);
  });
});

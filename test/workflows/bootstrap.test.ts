import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse, type ScalarTag } from "yaml";
import { publisher, subscriber } from "../../infra/partner-fixtures";
import { type RecordedProgram, recordProgram } from "../../infra/testing";
import { evaluate } from "../../local/iam/evaluate";
import type { PolicyDocument } from "../../local/iam/policy-document";
import type { RequestContext } from "../../local/iam/policy-pattern";

interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Action: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}
interface Role {
  AssumeRolePolicyDocument: { Statement: Statement[] };
  Policies: { PolicyDocument: PolicyDocument & { Statement: Statement[] } }[];
}

/** What the template's references stand for in the account of these tests; others stay as they are. */
const references: Record<string, string> = {
  Stack: "prod",
  "AWS::Partition": "aws",
  "AWS::AccountId": "000000000000",
  "AWS::Region": "eu-central-1",
  StateBucket: "pulumi-quayside-prod",
  "StateBucket.Arn": "arn:aws:s3:::pulumi-quayside-prod",
  "StateKey.Arn": "arn:aws:kms:eu-central-1:000000000000:key/state",
};
const referred = (name: string) => references[name] ?? `<${name}>`;

/** CloudFormation's short forms. */
const customTags: (ScalarTag | { tag: string; collection: "seq" })[] = [
  { tag: "!Sub", resolve: (text) => text.replace(/\$\{([\w.:]+)\}/g, (_, name: string) => referred(name)) },
  ...["!Ref", "!GetAtt"].map((tag): ScalarTag => ({ tag, resolve: referred })),
  ...["!If", "!Equals"].map((tag) => ({ tag, collection: "seq" as const })),
];

const text = readFileSync(join(__dirname, "../../docs/bootstrap/bootstrap.yaml"), "utf8");
const manual = readFileSync(join(__dirname, "../../docs/deploy.md"), "utf8");
const { Parameters, Resources, Outputs } = parse(text, { customTags }) as {
  Parameters: Record<string, { AllowedPattern: string }>;
  Resources: Record<string, { Properties: Record<string, unknown> }>;
  Outputs: Record<string, { Value: string }>;
};
const propertiesOf = <Properties>(name: string) => Resources[name]?.Properties as Properties;
const list = <Item>(value: Item | Item[]) => (Array.isArray(value) ? value : [value]);

/** Whether a pattern of an IAM policy covers an action; AWS compares without case. */
const covers = (pattern: string, action: string) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "i").test(action);

/** What a role's own policies say. */
const decision = (role: string, action: string, resource: string, context: RequestContext = {}) =>
  evaluate(
    propertiesOf<Role>(role).Policies.map(({ PolicyDocument }) => PolicyDocument),
    { action, resource, context },
  );

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

  it("takes no stack name of which another's could be the beginning", () => {
    const pattern = new RegExp(`^(?:${Parameters.Stack?.AllowedPattern})$`);
    expect(["dev", "prod", "eu1"].filter((name) => !pattern.test(name))).to.deep.equal([]);
    expect(["dev-2", "Dev", ""].filter((name) => pattern.test(name))).to.deep.equal([]);
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

  const arn = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:000000000000:${resource}`;

  it("lets the deployment name AWS's own groups, which a database without its own has", () => {
    for (const action of ["CreateDBCluster", "CreateDBInstance", "ModifyDBCluster", "ModifyDBInstance"]) {
      for (const group of ["og:default:aurora-postgresql-17", "pg:default.aurora-postgresql17"]) {
        expect(decision("DeployRole", `rds:${action}`, arn("rds", group)), `${action} ${group}`).to.equal("allow");
      }
      expect(decision("DeployRole", `rds:${action}`, arn("rds", "cluster:other-ledger"))).to.equal("implicitDeny");
    }
  });

  it("lets the deployment tag what has an id instead of a name", () => {
    expect(decision("DeployRole", "guardduty:ListTagsForResource", "*")).to.equal("allow");
    for (const action of ["lambda:TagResource", "lambda:UntagResource"]) {
      expect(decision("DeployRole", action, arn("lambda", "event-source-mapping:1-2"))).to.equal("allow");
      expect(decision("DeployRole", action, arn("lambda", "function:other"))).to.equal("implicitDeny");
    }
  });

  it("keeps the deployment itself from files, secrets, logins and log lines", () => {
    for (const [action, resource] of [
      ["s3:GetObject", "arn:aws:s3:::quayside-prod-000000000000-eu-central-1/acme/claims/a.csv"],
      ["secretsmanager:GetSecretValue", arn("secretsmanager", "secret:quayside/prod/login/acme-AbCdEf")],
      ["cognito-idp:AdminSetUserPassword", arn("cognito-idp", "userpool/eu-central-1_1")],
      ["cognito-idp:AdminInitiateAuth", arn("cognito-idp", "userpool/eu-central-1_1")],
      ["logs:GetLogEvents", arn("logs", "log-group:/aws/lambda/quayside-prod-route:*")],
      ["logs:StartQuery", arn("logs", "log-group:/aws/lambda/quayside-prod-route:*")],
      ["batch:SubmitJob", arn("batch", "job-definition/quayside-prod-send:1")],
      ["rds:ModifyDBClusterSnapshotAttribute", arn("rds", "cluster-snapshot:quayside-prod-ledger-final")],
    ] as const) {
      expect(decision("DeployRole", action, resource), action).to.equal("explicitDeny");
    }
  });

  it("lets the deployment use the key of the state, and change nothing about it", () => {
    const key = arn("kms", "key/state");
    for (const action of ["Decrypt", "Encrypt", "GenerateDataKey", "DescribeKey"]) {
      expect(decision("DeployRole", `kms:${action}`, key), action).to.equal("allow");
    }
    for (const action of ["PutKeyPolicy", "ScheduleKeyDeletion", "DisableKey", "CreateGrant"]) {
      expect(decision("DeployRole", `kms:${action}`, key), action).to.equal("explicitDeny");
    }
  });

  it("keeps the deployment from what is tagged as another stack's, by the tag that the program sets", () => {
    const deletes = (context: RequestContext) =>
      decision("DeployRole", "kms:ScheduleKeyDeletion", arn("kms", "key/1"), context);
    expect(deletes({ "aws:ResourceTag/stack": "dev" })).to.equal("explicitDeny");
    expect(deletes({ "aws:ResourceTag/stack": "prod" })).to.equal("allow");
    expect(deletes({})).to.equal("allow");
    for (const stack of ["dev", "prod"]) {
      const { config } = parse(readFileSync(join(__dirname, `../../Pulumi.${stack}.yaml`), "utf8"));
      expect(config["aws:defaultTags"].tags.stack).to.equal(stack);
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

  it("stays below what IAM takes: 10,240 characters of a role's own policies, 6,144 of a managed one", () => {
    for (const role of ["PreviewRole", "DriftRole", "DeployRole"]) {
      const documents = propertiesOf<Role>(role).Policies.map(({ PolicyDocument }) => JSON.stringify(PolicyDocument));
      // Some to spare, for longer names of stacks and regions.
      expect(documents.join("").length, role).to.be.below(9500);
    }
    const boundary = propertiesOf<{ PolicyDocument: PolicyDocument }>("RoleBoundary").PolicyDocument;
    expect(JSON.stringify(boundary).length).to.be.below(6000);
  });

  it("keeps the nightly comparison, which may read whatever AWS calls reading, from content", () => {
    for (const [action, resource] of [
      ["s3:GetObject", "arn:aws:s3:::quayside-prod-000000000000-eu-central-1/acme/claims/a.csv"],
      ["logs:FilterLogEvents", "*"],
      ["rds:DownloadDBLogFilePortion", "*"],
      ["rds:DownloadCompleteDBLogFile", "*"],
      ["secretsmanager:GetSecretValue", "*"],
      ["ssm:GetParametersByPath", "*"],
    ] as const) {
      expect(decision("DriftRole", action, resource), action).to.equal("explicitDeny");
    }
    expect(decision("DriftRole", "s3:GetObject", "arn:aws:s3:::pulumi-quayside-prod/.pulumi/meta.yaml")).to.not.equal(
      "explicitDeny",
    );
  });

  it("makes each role for one kind of run of one repository", () => {
    const branch = { "token.actions.githubusercontent.com:ref": "refs/heads/<Branch>" };
    for (const [name, subject, more] of [
      ["PreviewRole", "repo:<Repository>:pull_request", {}],
      ["DriftRole", "repo:<Repository>:ref:refs/heads/<Branch>", {}],
      // Any branch can name an environment.
      ["DeployRole", "repo:<Repository>:environment:prod", branch],
    ] as const) {
      const [trust] = propertiesOf<Role>(name).AssumeRolePolicyDocument.Statement;
      expect(trust?.Condition, name).to.deep.equal({
        StringEquals: {
          "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
          "token.actions.githubusercontent.com:sub": subject,
          ...more,
        },
      });
    }
  });

  it("is followed by rules for the branch that is deployed: reviewed again after each commit, and no other", () => {
    const documents = [...manual.matchAll(/--input - <<'END'\n(.*?)\nEND\n/gs)].map(([, json]) =>
      JSON.parse(String(json)),
    );
    const jobs = parse(readFileSync(join(__dirname, "../../.github/workflows/pull-request.yml"), "utf8")).jobs;
    expect(documents).to.have.lengthOf(2);
    expect(documents[0].required_pull_request_reviews).to.include({ dismiss_stale_reviews: true });
    expect(Object.values(jobs as Record<string, { name: string }>).map(({ name }) => name)).to.include.members(
      documents[0].required_status_checks.contexts,
    );
    expect(documents[1].deployment_branch_policy).to.deep.equal({
      protected_branches: false,
      custom_branch_policies: true,
    });
    expect(manual).to.include('environments/$stack/deployment-branch-policies" -f name=main');
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

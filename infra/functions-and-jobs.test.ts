import { expect } from "chai";
import { type RecordedProgram, recordAnew, recordProgram } from "./testing";

const ledger = ["DATABASE_HOST", "DATABASE_NAME", "DATABASE_PORT"];
const drains = ["JOB_QUEUE_ARN", "SEND_JOB_DEFINITION_ARN", "TRANSFORM_JOB_DEFINITION_ARN", "NOTIFICATION_TOPIC_ARN"];

const settles = ["REPLICATION_TOPIC_ARN", "SCAN"];

/** What each function reads, besides `NODE_EXTRA_CA_CERTS`. */
const environments = {
  authorize: [
    ...ledger,
    "DATABASE_USER",
    "USER_POOL_ID",
    "USER_POOL_CLIENT_ID",
    "TRANSFER_ROLE_ARN",
    "BUCKET",
    "KEY_ARN",
    "IGNORED_NAMES",
  ],
  route: [...ledger, "DATABASE_USER", "BUCKET", ...drains, "IGNORED_NAMES", ...settles],
  sweep: [
    ...ledger,
    "DATABASE_USER",
    "BUCKET",
    ...drains,
    "UNCONFIRMED_AFTER_SECONDS",
    "UNCONFIRMED_POLICY",
    ...settles,
  ],
  replicate: [...ledger, "DATABASE_USER", "BUCKET", "MOUNT_PATH", "MIRROR_DELETIONS", "DIRECTORY_MODE", "FILE_MODE"],
  reconcile: [
    ...ledger,
    ...["DATABASE_USER", "BUCKET", "KEY_ARN", "USER_POOL_ID"],
    ...["LOGIN_SECRET_PREFIX", "SECRET_RECOVERY_DAYS"],
  ],
  migrate: [...ledger, "MASTER_SECRET_ARN"],
};

interface Container {
  command: string[];
  image: string;
  executionRoleArn: string;
  jobRoleArn: string;
  environment: { name: string; value: string }[];
  networkConfiguration: { assignPublicIp: string };
}

describe("functions and jobs", () => {
  let program: RecordedProgram;
  const variables = (name: string) =>
    (program.one("lambda/function:Function", name).inputs.environment as { variables: Record<string, string> })
      .variables;
  const container = (name: string): Container =>
    JSON.parse(String(program.one("JobDefinition", name).inputs.containerProperties));
  before(async () => {
    program = await recordProgram({ stack: "prod" });
  });

  it("reconcile has all the time that Lambda gives, for the rename of a partner with a long history", () => {
    expect(program.one("lambda/function:Function", "reconcile").inputs.timeout).to.equal(900);
  });

  for (const [name, names] of Object.entries(environments)) {
    it(`${name} gets the environment that it reads`, () => {
      expect(variables(name)).to.have.all.keys([...names, "NODE_EXTRA_CA_CERTS"]);
      for (const [variable, value] of Object.entries(variables(name)))
        expect(value, variable).to.be.a("string").that.is.not.empty;
      expect(variables(name)).to.include({
        DATABASE_HOST: "ledger.cluster.example",
        DATABASE_PORT: "5432",
        DATABASE_NAME: "quayside",
        NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
      });
    });
  }

  it("log in to the database as who they are", () => {
    for (const name of ["authorize", "replicate"]) expect(variables(name).DATABASE_USER).to.equal(`quayside_${name}`);
    for (const name of ["route", "sweep", "reconcile"])
      expect(variables(name).DATABASE_USER).to.equal("quayside_service");
  });

  it("run from their built folders, traced, each with its own role and log", async () => {
    const functions = program.all("lambda/function:Function");
    expect(functions.map(({ name }) => name)).to.have.members(Object.keys(environments));
    for (const { name, inputs } of functions) {
      expect(inputs, name).to.deep.include({
        runtime: "nodejs24.x",
        handler: "index.handler",
        tracingConfig: { mode: "Active" },
        role: program.one("iam/role:Role", name).state.arn,
        loggingConfig: { logFormat: "Text", logGroup: `/aws/lambda/quayside-prod-${name}` },
      });
      expect(await (inputs.code as { path: Promise<string> }).path).to.match(new RegExp(`dist/functions/${name}$`));
    }
  });

  it("exist only once their policy and the ways to AWS do", () => {
    for (const { name, dependsOn } of program.all("lambda/function:Function")) {
      expect(dependsOn, name).to.include.members([
        `aws:iam/rolePolicy:RolePolicy ${name}`,
        "aws:ec2/vpcEndpoint:VpcEndpoint secretsmanager",
        "aws:ec2/vpcEndpoint:VpcEndpoint s3",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule functions-to-database",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule endpoints-from-functions",
        "aws:ec2/routeTableAssociation:RouteTableAssociation isolated-eu-central-1a",
      ]);
    }
  });

  it("that use the ledger are made, or replaced, once its schema is there", () => {
    const withLedger = [...program.all("lambda/function:Function"), ...program.all("JobDefinition")].filter(
      ({ name, inputs }) => name !== "migrate" && JSON.stringify(inputs).includes("DATABASE_HOST"),
    );
    expect(withLedger).to.have.lengthOf(Object.keys(environments).length - 1 + 2);
    for (const { name, dependsOn } of withLedger) {
      expect(dependsOn, name).to.include("aws:lambda/invocation:Invocation migrations");
    }
  });

  it("start jobs of the current revision, whichever it is", () => {
    const arnPrefix = program.one("JobDefinition", "send").state.arnPrefix;
    expect(variables("route").SEND_JOB_DEFINITION_ARN).to.equal(arnPrefix);
    const ofTransform = Object.fromEntries(container("transform").environment.map(({ name, value }) => [name, value]));
    expect(ofTransform.SEND_JOB_DEFINITION_ARN).to.equal(arnPrefix);
  });

  for (const [name, more] of Object.entries({ send: [], transform: ["JOB_QUEUE_ARN", "SEND_JOB_DEFINITION_ARN"] })) {
    it(`the ${name} job runs from the image with its own role and the environment that it reads`, () => {
      const { environment, ...properties } = container(name);
      expect(environment.map((variable) => variable.name)).to.have.members([
        ...ledger,
        ...["DATABASE_USER", "BUCKET", "KEY_ARN", "NOTIFICATION_TOPIC_ARN"],
        ...more,
      ]);
      for (const variable of environment) expect(variable.value, variable.name).to.be.a("string").that.is.not.empty;
      expect(properties).to.deep.include({
        command: ["node", `${name}.js`],
        image: "repository@sha256:abc",
        jobRoleArn: program.one("iam/role:Role", `${name}-job`).state.arn,
        executionRoleArn: program.one("iam/role:Role", "job-execution").state.arn,
        networkConfiguration: { assignPublicIp: "DISABLED" },
      });
    });
  }

  it("migrations run again exactly when a migration changes, and after the database is there", async () => {
    const { inputs, dependsOn } = program.one("Invocation", "migrations");
    expect(JSON.parse(String(inputs.input)).migrations).to.match(/^[0-9a-f]{64}$/);
    expect(inputs.lifecycleScope).to.equal(undefined);
    expect(dependsOn).to.include("aws:rds/clusterInstance:ClusterInstance ledger-0");
    const again = await recordAnew({ stack: "prod" });
    expect(again.one("Invocation", "migrations").inputs.input).to.equal(inputs.input);
    const more = await recordProgram({ stack: "prod", migrations: { "999-more.sql": "SELECT 1;" } });
    expect(more.one("Invocation", "migrations").inputs.input).to.not.equal(inputs.input);
  });

  it("are refused where they were not built", async () => {
    const failure = await recordProgram({ unbuilt: ["sweep"] }).catch((error: Error) => error);
    expect(failure)
      .to.be.an("error")
      .with.property("message")
      .that.matches(/functions\/sweep\/index\.js is missing; run "npm run build"/);
  });
});

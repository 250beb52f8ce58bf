import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { application, subscriber } from "./partner-fixtures";
import { subnetPlan } from "./subnet-plan";
import { accountId, type Recorded, type RecordedProgram, recordProgram, region } from "./testing";

const json = (value: unknown) => JSON.parse(String(value));
const list = <Item>(value: Item | Item[]): Item[] => [value].flat() as Item[];

/** Everything that a stack can have, in a VPC that nothing leaves. */
const closed = {
  egress: "none",
  partnerEndpointAccess: "vpc",
  internalEndpoint: "true",
  internalHostname: "files.internal.example",
  efs: "true",
  scan: "guardduty",
  replicaRegion: "eu-west-1",
};
const partners = { ...subscriber("acme"), ...application("billing", { replicateToEfs: true }) };

interface Statement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string>>;
}
interface Call {
  action: string;
  resource: string;
}

const statementsOf = (program: RecordedProgram, role: string): Statement[] =>
  json(program.one("RolePolicy", role).inputs.policy).Statement;

/** Ids of the subnets from which a route leads anywhere besides the VPC itself and gateway endpoints. */
function subnetsWithRoutes({ all }: RecordedProgram): unknown[] {
  const tables = new Set(all("ec2/route:Route").map(({ inputs }) => inputs.routeTableId));
  return all("RouteTableAssociation")
    .filter(({ inputs }) => tables.has(inputs.routeTableId))
    .map(({ inputs }) => inputs.subnetId);
}

/** Ids of the subnets that something of ours sits in, by the name of what does. */
function occupiedSubnets({ all }: RecordedProgram): Map<string, unknown[]> {
  const nested = (inputs: Record<string, unknown>, ...path: string[]) =>
    path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], inputs) as unknown[];
  const places: [type: string, subnets: (inputs: Recorded["inputs"]) => unknown[]][] = [
    ["lambda/function:Function", (inputs) => nested(inputs, "vpcConfig", "subnetIds")],
    ["ComputeEnvironment", (inputs) => nested(inputs, "computeResources", "subnets")],
    ["Server", (inputs) => nested(inputs, "endpointDetails", "subnetIds")],
    ["rds/subnetGroup:SubnetGroup", (inputs) => nested(inputs, "subnetIds")],
    ["MountTarget", ({ subnetId }) => [subnetId]],
    ["VpcEndpoint", ({ subnetIds }) => (subnetIds as unknown[] | undefined) ?? []],
  ];
  return new Map(
    places.flatMap(([type, subnets]) => all(type).map(({ name, inputs }) => [`${type} ${name}`, subnets(inputs)])),
  );
}

describe("a stack with egress: none", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordProgram({ stack: "prod", config: closed, partners });
  });

  describe("and nothing that faces the internet has no path out:", () => {
    it("of all that EC2 has, it has what cannot be one", () => {
      const types = program.resources.map(({ type }) => type).filter((type) => /^aws:(ec2|vpc)/.test(type));
      expect([...new Set(types)]).to.have.members([
        "aws:ec2/vpc:Vpc",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
      ]);
      const others = /gateway|vpn|directconnect|networkmanager|globalaccelerator|^aws:(lb|alb|elb|ec2clientvpn)\//i;
      expect(
        program.resources.map(({ type }) => type).filter((type) => others.test(type.replace("apigateway", ""))),
      ).to.deep.equal([]);
    });

    it("no table has a route, and every subnet has such a table", () => {
      expect(program.all("ec2/route:Route")).to.deep.equal([]);
      for (const { name, inputs } of program.all("RouteTable")) expect(inputs, name).to.not.have.property("routes");
      const associated = program.all("RouteTableAssociation").map(({ inputs }) => inputs.subnetId);
      expect(associated).to.have.members(program.all("Subnet").map(({ state }) => state.id));
    });

    it("nothing gets a public address", () => {
      for (const { name, inputs } of program.all("Subnet")) expect(inputs.mapPublicIpOnLaunch, name).to.equal(false);
      expect(program.all("ClusterInstance").map(({ inputs }) => inputs.publiclyAccessible)).to.not.include(true);
      expect(program.all("Server").map(({ name }) => name)).to.have.members(["partners", "internal"]);
      for (const { name, inputs } of program.all("Server")) {
        expect(inputs.endpointType, name).to.equal("VPC");
        expect(inputs.endpointDetails, name).to.not.have.property("addressAllocationIds");
      }
      for (const { name, inputs } of program.all("JobDefinition")) {
        const { networkConfiguration } = json(inputs.containerProperties);
        expect(networkConfiguration, name).to.deep.equal({ assignPublicIp: "DISABLED" });
      }
      expect(program.outputs).to.deep.include({
        hostname: "vpce-partners.example",
        endpointAddresses: [],
        natAddresses: [],
      });
    });

    it("everybody who may come in is inside, or is one of our security groups", () => {
      const groups = program.all("SecurityGroup").map(({ state }) => state.id);
      for (const { name, inputs } of program.all("SecurityGroupIngressRule")) {
        if (inputs.cidrIpv4 === undefined) expect(groups, name).to.include(inputs.referencedSecurityGroupId);
        else expect(inputs.cidrIpv4, name).to.equal("10.44.0.0/16");
      }
    });

    it("every function, job, server, database and file system is in it", () => {
      const subnets = program.all("Subnet").map(({ state }) => state.id);
      const occupied = occupiedSubnets(program);
      for (const [name, ids] of occupied) {
        // A gateway endpoint is in route tables, and in no subnet.
        expect(ids.length > 0, name).to.equal(name !== "VpcEndpoint s3");
        for (const id of ids) expect(subnets, name).to.include(id);
      }
      expect([...occupied.keys()]).to.include.members([
        ...["authorize", "route", "sweep", "reconcile", "replicate", "migrate"].map(
          (name) => `lambda/function:Function ${name}`,
        ),
        "ComputeEnvironment jobs",
        "Server internal",
      ]);
      expect(program.all("Zone").flatMap(({ inputs }) => inputs.vpcs)).to.deep.equal([
        { vpcId: program.one("Vpc", "vpc").state.id },
      ]);
    });
  });

  it("has room in the smallest network that a stack may have", () => {
    const [subnet = ""] = subnetPlan("10.0.0.0/22", 3).isolated;
    // AWS keeps five of a subnet's addresses.
    const addresses = 2 ** (32 - Number(subnet.split("/")[1])) - 5;
    const isolated = program.all("Subnet").find(({ name }) => name.startsWith("isolated"))?.state.id;
    const inOne = [...occupiedSubnets(program)].filter(([, ids]) => ids.includes(isolated)).map(([name]) => name);
    // Functions with the same subnets and groups share an interface; each database instance has its own.
    const needed =
      inOne.filter((name) => !/Function|SubnetGroup/.test(name)).length + 1 + program.all("ClusterInstance").length;
    expect(needed).to.be.within(12, addresses / 2);
  });

  it("and a partner endpoint on the internet has a path out for that endpoint alone", async () => {
    const open = await recordProgram({
      stack: "prod",
      config: { ...closed, partnerEndpointAccess: "internet" },
      partners,
    });
    const withRoutes = subnetsWithRoutes(open);
    const outside = [...occupiedSubnets(open)].filter(([, ids]) => ids.some((id) => withRoutes.includes(id)));
    expect(outside.map(([name]) => name)).to.deep.equal(["Server partners"]);
    expect(open.all("NatGateway")).to.deep.equal([]);
    expect(open.all("Eip").map(({ name }) => name)).to.have.members(
      ["a", "b", "c"].map((zone) => `partners-${region}${zone}`),
    );
  });

  it("differs from one with egress: nat, where jobs have a path out and nothing else does", async () => {
    const open = await recordProgram({ stack: "prod", config: { ...closed, egress: "nat" }, partners });
    const withRoutes = subnetsWithRoutes(open);
    const outside = [...occupiedSubnets(open)].filter(([, ids]) => ids.some((id) => withRoutes.includes(id)));
    expect(outside.map(([name]) => name)).to.deep.equal(["ComputeEnvironment jobs"]);
    expect(open.outputs.natAddresses).to.have.lengthOf(3);
  });

  describe("reaches AWS through endpoints:", () => {
    /** Roles that code in the VPC runs as, and the one that Fargate pulls images and writes logs with. */
    const rolesInVpc = () => {
      const arns = [
        ...program.all("lambda/function:Function").map(({ inputs }) => inputs.role),
        ...program.all("JobDefinition").flatMap(({ inputs }) => {
          const { jobRoleArn, executionRoleArn } = json(inputs.containerProperties);
          return [jobRoleArn, executionRoleArn];
        }),
      ];
      return program
        .all("iam/role:Role")
        .filter(({ state }) => arns.includes(state.arn))
        .map(({ name }) => name);
    };
    /** Statements for what Lambda does in a function's name, from outside the VPC, and what is no call of AWS's API. */
    const isCall = ({ Sid = "", Effect, Action, Condition }: Statement) =>
      Effect === "Allow" &&
      !Sid.startsWith("Lambda") &&
      // The database is in the VPC.
      Action !== "rds-db:connect" &&
      // Another service calls KMS.
      Condition?.StringEquals?.["kms:ViaService"] === undefined;
    const calls = (): Call[] =>
      rolesInVpc().flatMap((role) =>
        statementsOf(program, role)
          .filter(isCall)
          .flatMap(({ Action, Resource }) =>
            list(Action).flatMap((action) => list(Resource).map((resource) => ({ action, resource }))),
          ),
      );
    const endpointsOf = (service: string) => (service === "ecr" ? ["ecr.api", "ecr.dkr"] : [service]);
    const endpoints = () =>
      new Map(
        program
          .all("VpcEndpoint")
          .map((endpoint) => [String(endpoint.inputs.serviceName).replace(`com.amazonaws.${region}.`, ""), endpoint]),
      );

    it("one for each service that a function or job may call, and none besides", () => {
      expect(rolesInVpc()).to.have.lengthOf(9);
      const services = new Set(calls().map(({ action }) => action.split(":")[0] ?? ""));
      expect([...endpoints().keys()]).to.have.members([...services].flatMap(endpointsOf));
    });

    it("one for each client that the code of functions and jobs creates", () => {
      const clients = { "cognito-identity-provider": "cognito-idp", "secrets-manager": "secretsmanager" };
      const root = join(__dirname, "..");
      const imported = ["functions", "jobs", "adapters"].flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
          .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
          .flatMap((file) => [
            ...readFileSync(join(root, folder, file), "utf8").matchAll(/from "@aws-sdk\/client-([a-z0-9-]+)"/g),
          ])
          .map(([, name = ""]) => name),
      );
      expect(imported).to.include.members(["s3", "sns"]);
      for (const name of imported) {
        expect([...endpoints().keys()]).to.include(
          Object.hasOwn(clients, name) ? clients[name as keyof typeof clients] : name,
        );
      }
    });

    it("whose policies let every such call through", () => {
      const covers = (pattern: string, value: string) =>
        new RegExp(`^${pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`).test(value);
      for (const { action, resource } of calls()) {
        const passes = endpointsOf(action.split(":")[0] ?? "").every((service) =>
          json(endpoints().get(service)?.inputs.policy).Statement.some(
            (statement: Statement) =>
              statement.Effect === "Allow" &&
              list(statement.Action).some((pattern) => covers(pattern, action)) &&
              list(statement.Resource).some((pattern) => covers(pattern, resource)),
          ),
        );
        expect(passes, `${action} on ${resource}`).to.equal(true);
      }
    });

    it("whose policies let nobody else's account through, and to no bucket but ours and that of image layers", () => {
      const ours = { StringEquals: { "aws:PrincipalAccount": accountId } };
      for (const [service, { inputs }] of endpoints()) {
        const { Statement } = json(inputs.policy);
        if (service === "s3") {
          const bucket = `arn:aws:s3:::quayside-prod-${accountId}-${region}`;
          expect(Statement).to.deep.equal([
            { Effect: "Allow", Principal: "*", Action: "s3:*", Resource: [bucket, `${bucket}/*`], Condition: ours },
            {
              Effect: "Allow",
              Principal: "*",
              Action: "s3:GetObject",
              Resource: `arn:aws:s3:::prod-${region}-starport-layer-bucket/*`,
            },
          ]);
        } else {
          expect(Statement, service).to.have.lengthOf(1);
          expect(Statement[0].Condition, service).to.deep.equal(ours);
        }
      }
    });

    it("that every subnet with functions or jobs can use, under AWS's own names", () => {
      const tables = program.all("RouteTable").map(({ state }) => state.id);
      for (const [service, { inputs }] of endpoints()) {
        if (service === "s3") {
          expect(inputs.vpcEndpointType).to.equal("Gateway");
          expect(inputs.routeTableIds).to.have.members(tables);
        } else {
          expect(inputs, service).to.include({ vpcEndpointType: "Interface", privateDnsEnabled: true });
          expect(inputs.securityGroupIds, service).to.deep.equal([program.one("SecurityGroup", "endpoints").state.id]);
        }
      }
      const reach = (from: string, to: string, port: number) =>
        program
          .all("SecurityGroupEgressRule")
          .some(
            ({ inputs }) =>
              inputs.securityGroupId === program.one("SecurityGroup", from).state.id &&
              (inputs.referencedSecurityGroupId ?? inputs.prefixListId) === to &&
              inputs.fromPort === port,
          );
      for (const from of ["functions", "jobs"]) {
        expect(reach(from, String(program.one("SecurityGroup", "endpoints").state.id), 443), from).to.equal(true);
        expect(reach(from, "pl-s3", 443), from).to.equal(true);
      }
    });

    it("the file system, which needs none, by a mount target in each zone", () => {
      expect([...endpoints().keys()]).to.not.include("elasticfilesystem");
      const { subnetIds } = program.one("lambda/function:Function", "replicate").inputs.vpcConfig as {
        subnetIds: string[];
      };
      expect(program.all("MountTarget").map(({ inputs }) => inputs.subnetId)).to.have.members(subnetIds);
    });
  });
});

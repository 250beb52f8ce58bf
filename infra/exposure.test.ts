import { expect } from "chai";
import { subscriber } from "./partner-fixtures";
import { type RecordedProgram, recordProgram } from "./testing";

const ftps = {
  protocols: '["SFTP","FTPS"]',
  ftpsCertificateArn: "arn:aws:acm:eu-central-1:000000000000:certificate/1",
};

/** What anybody on the internet may connect to: `22-22`. */
const openPorts = ({ all }: RecordedProgram) =>
  all("SecurityGroupIngressRule")
    .filter(({ inputs }) => inputs.cidrIpv4 === "0.0.0.0/0")
    .map(({ inputs }) => `${inputs.fromPort}-${inputs.toPort}`);

const tables = ({ all }: RecordedProgram, gateway: "gatewayId" | "natGatewayId") =>
  all("ec2/route:Route")
    .filter(({ inputs }) => inputs[gateway] !== undefined)
    .map(({ inputs }) => inputs.routeTableId);

describe("what is exposed", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordProgram({ stack: "prod", partners: subscriber("acme") });
  });

  it("from the internet, SFTP and nothing else", () => {
    expect(openPorts(program)).to.deep.equal(["22-22"]);
    const rule = program.all("SecurityGroupIngressRule").find(({ inputs }) => inputs.cidrIpv4 === "0.0.0.0/0");
    expect(rule?.inputs.securityGroupId).to.equal(program.one("SecurityGroup", "partner-endpoint").state.id);
  });

  it("from the internet, FTPS's ports where it is spoken", async () => {
    expect(openPorts(await recordProgram({ config: ftps }))).to.have.members(["22-22", "21-21", "8192-8200"]);
  });

  it("only to the sources that the stack names, where it does", async () => {
    const narrow = await recordProgram({ config: { partnerEndpointSources: '["203.0.113.0/24"]' } });
    expect(openPorts(narrow)).to.deep.equal([]);
    expect(narrow.all("SecurityGroupIngressRule").map(({ inputs }) => inputs.cidrIpv4)).to.include("203.0.113.0/24");
  });

  it("every other way in names a security group of ours", () => {
    const others = program.all("SecurityGroupIngressRule").filter(({ inputs }) => inputs.cidrIpv4 === undefined);
    const groups = program.all("SecurityGroup").map(({ state }) => state.id);
    expect(others).to.have.lengthOf(5);
    for (const { inputs } of others) expect(groups).to.include(inputs.referencedSecurityGroupId);
  });

  it("the database only to functions and jobs, on its port", () => {
    const database = program.one("SecurityGroup", "database").state.id;
    const ways = program.all("SecurityGroupIngressRule").filter(({ inputs }) => inputs.securityGroupId === database);
    expect(
      ways.map(({ inputs }) => [inputs.referencedSecurityGroupId, inputs.fromPort, inputs.toPort]),
    ).to.have.deep.members(
      ["functions", "jobs"].map((name) => [program.one("SecurityGroup", name).state.id, 5432, 5432]),
    );
    for (const instance of program.all("ClusterInstance")) expect(instance.inputs.publiclyAccessible).to.equal(false);
    expect(program.one("rds/cluster:Cluster", "ledger").inputs.vpcSecurityGroupIds).to.deep.equal([database]);
    const parameters = program.one("ClusterParameterGroup", "ledger").inputs.parameters as {
      name: string;
      value: string;
    }[];
    expect(parameters).to.deep.include({ name: "rds.force_ssl", value: "1" });
  });

  it("no rule is written into a group, where it would fight with the rules beside it", () => {
    for (const { inputs } of program.all("ec2/securityGroup:SecurityGroup")) {
      expect(inputs).to.not.have.any.keys("ingress", "egress");
    }
    expect(program.one("DefaultSecurityGroup", "default").inputs).to.deep.include({ ingress: [], egress: [] });
  });

  it("nothing of the bucket", () => {
    expect(program.one("BucketPublicAccessBlock", "files").inputs).to.include({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    const { Statement } = JSON.parse(String(program.one("BucketPolicy", "files").inputs.policy));
    for (const { Effect } of Statement) expect(Effect).to.equal("Deny");
    expect(JSON.stringify(Statement)).to.include('"aws:SecureTransport":"false"');
    // It would shut Transfer Family out.
    expect(JSON.stringify(Statement)).to.not.match(/SourceVpc/i);
  });

  it("every public address comes after the way to the internet, and goes before it", () => {
    const addressed = [...program.all("Eip"), ...program.all("NatGateway"), program.one("Server", "partners")];
    expect(addressed).to.have.lengthOf(10);
    for (const { type, name, dependsOn } of addressed) {
      expect(dependsOn, `${type} ${name}`).to.include.members([
        "aws:ec2/internetGateway:InternetGateway internet",
        "aws:ec2/route:Route public-internet",
      ]);
    }
  });

  it("functions, database and endpoints have no route out; jobs go through NAT where the stack has it", async () => {
    const isolated = program.one("RouteTable", "isolated").state.id;
    const jobTables = program.all("RouteTable").filter(({ name }) => name.startsWith("jobs-"));
    expect(tables(program, "natGatewayId")).to.have.members(jobTables.map(({ state }) => state.id));
    expect(tables(program, "gatewayId")).to.deep.equal([program.one("RouteTable", "public").state.id]);
    expect([...tables(program, "natGatewayId"), ...tables(program, "gatewayId")]).to.not.include(isolated);

    const inIsolation = program.all("Subnet").filter(({ name }) => name.startsWith("isolated"));
    for (const { inputs } of program.all("lambda/function:Function")) {
      expect((inputs.vpcConfig as { subnetIds: string[] }).subnetIds).to.have.members(
        inIsolation.map(({ state }) => state.id),
      );
    }
    const associated = program.all("RouteTableAssociation").filter(({ inputs }) => inputs.routeTableId === isolated);
    expect(associated.map(({ inputs }) => inputs.subnetId)).to.have.members(inIsolation.map(({ state }) => state.id));
  });
});

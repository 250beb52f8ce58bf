import { createHash, randomBytes } from "node:crypto";
import type { AwsAccount } from "../aws-endpoint/account";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { checkEc2Description } from "./ec2-description";

/**
 * Resources that nothing on one machine can stand for (networks, keys, roles, alarms) but that the rest of the program
 * refers to. They are kept as declared and answer with the ids and ARNs that AWS would give; what they *mean* is
 * asserted by the tests of `infra/`.
 */
export function recordedHandlers({ accountId, region }: AwsAccount): ResourceHandlers {
  const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
  const ec2 = (prefix: string, outputs: Outputs = () => ({})) =>
    recorded({
      id: () => `${prefix}-${hex(17)}`,
      check: ({ description }, name) => checkEc2Description(description, name),
      outputs: (inputs, id) => ({ arn: arn("ec2", `${ec2Names[prefix] ?? prefix}/${id}`), ...outputs(inputs, id) }),
    });
  const named = (service: string, resource: (name: string) => string, outputs: Outputs = () => ({})) =>
    recorded({
      id: (inputs, name) => nameOf(inputs, name),
      outputs: (inputs, id) => ({ name: id, arn: arn(service, resource(id)), ...outputs(inputs, id) }),
    });
  const address = () => `198.51.100.${1 + ((randomBytes(1)[0] ?? 0) % 250)}`;
  return {
    "aws:ec2/vpc:Vpc": ec2("vpc", () => ({
      mainRouteTableId: `rtb-${hex(17)}`,
      defaultSecurityGroupId: `sg-${hex(17)}`,
    })),
    "aws:ec2/subnet:Subnet": ec2("subnet"),
    "aws:ec2/internetGateway:InternetGateway": ec2("igw"),
    "aws:ec2/eip:Eip": ec2("eipalloc", (_inputs, id) => ({ allocationId: id, publicIp: address() })),
    "aws:ec2/natGateway:NatGateway": ec2("nat"),
    "aws:ec2/routeTable:RouteTable": ec2("rtb"),
    "aws:ec2/route:Route": ec2("r"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ec2("rtbassoc"),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ec2("sg"),
    "aws:ec2/securityGroup:SecurityGroup": ec2("sg", (inputs, id) => ({ name: inputs.name ?? id })),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ec2("sgr"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ec2("sgr"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ec2("vpce", (inputs, id) => ({
      prefixListId: `pl-${hex(8)}`,
      dnsEntries: [
        {
          dnsName: `${id}.${lastPart(inputs.serviceName)}.${region}.vpce.amazonaws.com`,
          hostedZoneId: "Z1HUB23UULQXV",
        },
      ],
    })),
    "aws:ec2/flowLog:FlowLog": ec2("fl"),
    "aws:iam/role:Role": recorded({
      id: nameOf,
      outputs: (_inputs, id) => ({
        name: id,
        arn: `arn:aws:iam::${accountId}:role/${id}`,
        // AWS's unique ids look like this, and S3 events carry them as principals.
        uniqueId: `AROA${createHash("sha256").update(id).digest("hex").slice(0, 17).toUpperCase()}`,
      }),
    }),
    "aws:iam/rolePolicy:RolePolicy": recorded({ id: (inputs, name) => `${inputs.role}:${nameOf(inputs, name)}` }),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": recorded({ id: (_inputs, name) => name }),
    "aws:kms/key:Key": recorded({
      id: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
      // The copy of the bucket has a key of its own in its own region.
      outputs: ({ region: own = region }, id) => ({
        keyId: id,
        arn: `arn:aws:kms:${own}:${accountId}:key/${id}`,
        region: own,
      }),
    }),
    "aws:kms/alias:Alias": named("kms", (name) => name),
    "aws:cloudwatch/logGroup:LogGroup": named("logs", (name) => `log-group:${name}`),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": recorded({ id: nameOf }),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": recorded({ id: (inputs) => String(inputs.policyName) }),
    "aws:cloudwatch/metricAlarm:MetricAlarm": named("cloudwatch", (name) => `alarm:${name}`),
    "aws:cloudwatch/dashboard:Dashboard": recorded({ id: (inputs, name) => String(inputs.dashboardName ?? name) }),
    "aws:apigateway/account:Account": recorded({ id: () => "api-gateway-account" }),
    "aws:route53/zone:Zone": recorded({
      id: () => `Z${hex(20).toUpperCase()}`,
      outputs: (_inputs, id) => ({
        zoneId: id,
        arn: `arn:aws:route53:::hostedzone/${id}`,
        primaryNameServer: "ns-0.awsdns-00.com",
        nameServers: ["ns-0.awsdns-00.com", "ns-512.awsdns-00.net", "ns-1024.awsdns-00.org", "ns-1536.awsdns-00.co.uk"],
      }),
    }),
    "aws:route53/record:Record": recorded({
      id: (inputs) => `${inputs.zoneId}_${inputs.name}_${inputs.type}`,
      outputs: (inputs) => ({ fqdn: inputs.name }),
    }),
    "aws:acm/certificate:Certificate": recorded({
      id: () => arn("acm", `certificate/${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`),
      outputs: (inputs, id) => ({
        arn: id,
        domainValidationOptions: [
          {
            domainName: inputs.domainName,
            resourceRecordName: `_${hex(32)}.${inputs.domainName}.`,
            resourceRecordType: "CNAME",
            resourceRecordValue: `_${hex(32)}.acm-validations.aws.`,
          },
        ],
      }),
    }),
    "aws:acm/certificateValidation:CertificateValidation": recorded({ id: (_inputs, name) => name }),
  };
}

type Outputs = (inputs: Properties, id: string) => Properties;

function recorded({
  id,
  outputs = () => ({}),
  check = () => {},
}: {
  id: (inputs: Properties, name: string) => string;
  outputs?: Outputs;
  /** Throws where AWS would refuse. */
  check?: (inputs: Properties, name: string) => void;
}): ResourceHandler {
  const known = new Map<string, Properties>();
  return {
    async create(inputs, name) {
      check(inputs, name);
      const created = id(inputs, name);
      const values = outputs(inputs, created);
      known.set(created, values);
      return { id: created, outputs: values };
    },
    async update(current, inputs) {
      check(inputs, current);
      // Ids and addresses that were once given stay; only what follows from the inputs is worked out anew.
      return { outputs: { ...outputs(inputs, current), ...known.get(current) } };
    },
    async delete(current) {
      known.delete(current);
    },
  };
}

/** How ARNs call what ids abbreviate. */
const ec2Names: Record<string, string> = {
  eipalloc: "elastic-ip",
  igw: "internet-gateway",
  nat: "natgateway",
  rtb: "route-table",
  sg: "security-group",
  sgr: "security-group-rule",
  vpce: "vpc-endpoint",
};

const hex = (digits: number) =>
  randomBytes(Math.ceil(digits / 2))
    .toString("hex")
    .slice(0, digits);
const nameOf = (inputs: Properties, name: string) =>
  String(inputs.name ?? `${inputs.namePrefix ?? `${name}-`}${hex(7)}`);
const lastPart = (serviceName: unknown) => String(serviceName).split(".").at(-1);

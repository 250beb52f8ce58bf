import * as aws from "@pulumi/aws";
import { all, type Input, interpolate, log, type Output, output } from "@pulumi/pulumi";
import type { Protocol } from "./config";
import type { Keys } from "./encryption";
import { logGroup } from "./log-group";
import type { LoginApi } from "./login-api";
import type { Network } from "./network";
import { securityGroup } from "./security-groups";
import type { Stack } from "./stack";
import { addressInVpc } from "./vpc-endpoint-address";

export interface PartnerEndpoint {
  server: aws.transfer.Server;
  /** What partners connect to. */
  hostname: Output<string>;
  /** Its fixed addresses; empty where it does not face the internet. */
  addresses: Output<string[]>;
}

/** Control and data connections. */
const ports: Record<Protocol, [from: number, to: number][]> = {
  SFTP: [[22, 22]],
  FTPS: [
    [21, 21],
    [8192, 8200],
  ],
  FTP: [
    [21, 21],
    [8192, 8200],
  ],
};

/** The server that partners log in to. */
export function partnerEndpoint(stack: Stack, keys: Keys, network: Network, api: LoginApi): PartnerEndpoint {
  const { config } = stack;
  if (config.protocols.includes("FTP")) {
    log.warn("quayside:protocols includes FTP: passwords and files cross the network unencrypted");
  }
  const facesInternet = config.partnerEndpointAccess === "internet";
  const addresses = facesInternet ? stack.zones.map((zone) => elasticIp(stack, network, zone)) : [];
  const transferLog = logGroup(stack, keys, "transfer", `/aws/transfer/${stack.prefix}`);
  const server = new aws.transfer.Server(
    "partners",
    {
      identityProviderType: "API_GATEWAY",
      url: api.url,
      invocationRole: api.invocationRole.arn,
      protocols: config.protocols,
      certificate: config.protocols.includes("FTPS") ? certificate(stack) : undefined,
      securityPolicyName: config.securityPolicy,
      endpointType: "VPC",
      endpointDetails: {
        vpcId: network.vpcId,
        subnetIds: facesInternet ? network.subnets.public : network.subnets.isolated,
        securityGroupIds: [partnersMayConnect(stack, network).id],
        addressAllocationIds: facesInternet ? addresses.map((address) => address.id) : undefined,
      },
      // Clients set times and modes after an upload; S3 has neither, and an error would look like a failed upload.
      protocolDetails: { setStatOption: "ENABLE_NO_OP" },
      structuredLogDestinations: [interpolate`${transferLog.arn}:*`],
      forceDestroy: !config.protect,
      tags: {
        Name: `${stack.prefix}-partners`,
        ...(config.hostname !== "" && {
          "transfer:customHostname": config.hostname,
          "transfer:route53HostedZoneId": `/hostedzone/${config.hostedZoneId}`,
        }),
      },
    },
    // A new server has new host keys, and every partner would have to accept them.
    { ...stack.stateful, dependsOn: facesInternet ? network.internet : [] },
  );
  const ownName = facesInternet ? server.endpoint : addressInVpc(server).dnsName;
  if (config.hostname !== "") nameRecord(stack, "partners", config.hostname, "CNAME", ownName);
  return {
    server,
    hostname: config.hostname !== "" ? output(config.hostname) : ownName,
    addresses: all(addresses.map((address) => address.publicIp)),
  };
}

/** Partners allow-list these addresses, so losing one is as bad as losing data. */
function elasticIp(stack: Stack, { internet }: Network, zone: string): aws.ec2.Eip {
  const name = `partners-${zone}`;
  const tags = { Name: `${stack.prefix}-${name}` };
  return new aws.ec2.Eip(name, { domain: "vpc", tags }, { ...stack.stateful, dependsOn: internet });
}

function partnersMayConnect(stack: Stack, network: Network): aws.ec2.SecurityGroup {
  const { protocols, partnerEndpointAccess, partnerEndpointSources, vpcCidr } = stack.config;
  const anybody = partnerEndpointAccess === "internet" ? "0.0.0.0/0" : vpcCidr;
  const sources = partnerEndpointSources.length > 0 ? partnerEndpointSources : [anybody];
  const group = securityGroup(stack, network, "partner-endpoint", "Clients of partners");
  const open = new Map(protocols.flatMap((protocol) => ports[protocol]).map((range) => [range.join("-"), range]));
  for (const [fromPort, toPort] of open.values()) {
    for (const cidrIpv4 of sources) {
      new aws.vpc.SecurityGroupIngressRule(`partner-endpoint-${fromPort}-from-${cidrIpv4}`, {
        securityGroupId: group.id,
        ipProtocol: "tcp",
        fromPort,
        toPort,
        cidrIpv4,
      });
    }
  }
  return group;
}

/** The certificate that FTPS shows: the one that was given, or one that ACM issues for the host name and renews. */
function certificate(stack: Stack): Input<string> {
  const { ftpsCertificateArn, hostname } = stack.config;
  if (ftpsCertificateArn !== "") return ftpsCertificateArn;
  const issued = new aws.acm.Certificate("partners", { domainName: hostname, validationMethod: "DNS" });
  const proof = issued.domainValidationOptions.apply((options) => {
    const option = options[0];
    if (option === undefined) throw new Error(`ACM names no DNS record that would prove ${hostname}`);
    return option;
  });
  const record = nameRecord(
    stack,
    "partners-certificate",
    proof.resourceRecordName,
    proof.resourceRecordType,
    proof.resourceRecordValue,
  );
  return new aws.acm.CertificateValidation("partners", {
    certificateArn: issued.arn,
    validationRecordFqdns: [record.fqdn],
  }).certificateArn;
}

function nameRecord(stack: Stack, name: string, record: Input<string>, type: Input<string>, value: Input<string>) {
  return new aws.route53.Record(name, {
    zoneId: stack.config.hostedZoneId,
    name: record,
    type,
    // Seconds.
    ttl: 300,
    records: [value],
  });
}

import * as aws from "@pulumi/aws";
import { interpolate, type Output, output, secret } from "@pulumi/pulumi";
import type { Keys } from "./encryption";
import { logGroup } from "./log-group";
import type { Network } from "./network";
import { allow, policyDocument } from "./policy-document";
import { securityGroup } from "./security-groups";
import { onBehalfOf, serviceRole } from "./service-role";
import type { Stack } from "./stack";
import { transferRole } from "./transfer-role";
import { addressInVpc } from "./vpc-endpoint-address";

export interface InternalEndpoint {
  server: aws.transfer.Server;
  /** What applications connect to, from inside the VPC and networks that are connected to it. */
  hostname: Output<string>;
  /** The role of its users' sessions. */
  sessionRole: aws.iam.Role;
}

/**
 * The second server, for the company's own applications: no address on the internet, no passwords. Its users and their
 * keys are resources of the partners that have an internal login.
 */
export function internalEndpoint(stack: Stack, keys: Keys, network: Network, files: aws.s3.Bucket): InternalEndpoint {
  const { config } = stack;
  const log = logGroup(stack, keys, "transfer-internal", `/aws/transfer/${stack.prefix}-internal`);
  const server = new aws.transfer.Server(
    "internal",
    {
      identityProviderType: "SERVICE_MANAGED",
      protocols: ["SFTP"],
      securityPolicyName: config.securityPolicy,
      endpointType: "VPC",
      endpointDetails: {
        vpcId: network.vpcId,
        subnetIds: network.subnets.isolated,
        securityGroupIds: [applicationsMayConnect(stack, network).id],
      },
      // The one that a server had which moves here; later changes of it would be changes of the fingerprint.
      hostKey: config.internalHostKey === "" ? undefined : secret(withNewline(config.internalHostKey)),
      // Clients set times and modes after an upload; S3 has neither, and an error would look like a failed upload.
      protocolDetails: { setStatOption: "ENABLE_NO_OP" },
      structuredLogDestinations: [interpolate`${log.arn}:*`],
      loggingRole: loggingRole(stack, log).arn,
      forceDestroy: !config.protect,
      tags: { Name: `${stack.prefix}-internal` },
    },
    // A new server has new host keys, and every application would have to accept them.
    stack.stateful,
  );
  const address = addressInVpc(server);
  if (config.internalHostname !== "") privateName(stack, network, config.internalHostname, address);
  return {
    server,
    hostname: config.internalHostname === "" ? address.dnsName : output(config.internalHostname),
    sessionRole: transferRole(
      stack,
      keys,
      files,
      "transfer-internal-session",
      server.id.apply((id) => stack.arn("transfer", `user/${id}/*`)),
    ),
  };
}

/** Configuration loses the last line break, without which OpenSSH's format is not complete. */
const withNewline = (key: string) => `${key.trimEnd()}\n`;

function applicationsMayConnect(stack: Stack, network: Network): aws.ec2.SecurityGroup {
  const { internalEndpointSources, vpcCidr } = stack.config;
  const group = securityGroup(stack, network, "internal-endpoint", "Applications of the company");
  for (const cidrIpv4 of internalEndpointSources.length > 0 ? internalEndpointSources : [vpcCidr]) {
    new aws.vpc.SecurityGroupIngressRule(`internal-endpoint-22-from-${cidrIpv4}`, {
      securityGroupId: group.id,
      ipProtocol: "tcp",
      fromPort: 22,
      toPort: 22,
      cidrIpv4,
    });
  }
  return group;
}

/** It may write to the server's one log group, and make no other: that would be unencrypted and kept for ever. */
function loggingRole(stack: Stack, log: aws.cloudwatch.LogGroup): aws.iam.Role {
  const role = serviceRole(stack, "transfer-logs", {
    service: "transfer.amazonaws.com",
    // The server's id is not known yet.
    condition: onBehalfOf(stack, stack.arn("transfer", "server/*")),
  });
  new aws.iam.RolePolicy("transfer-logs", {
    role: role.name,
    policy: policyDocument(
      allow(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], interpolate`${log.arn}:*`),
    ),
  });
  return role;
}

/**
 * A private zone for this one name, which is an alias of the endpoint's own. A zone for the domain above would hide every
 * other name in it from the jobs, subscribers' servers among them.
 */
function privateName(
  stack: Stack,
  network: Network,
  name: string,
  { dnsName, hostedZoneId }: { dnsName: Output<string>; hostedZoneId: Output<string> },
): void {
  const zone = new aws.route53.Zone("internal", {
    name,
    comment: `${stack.prefix}: the internal endpoint`,
    vpcs: [{ vpcId: network.vpcId }],
    forceDestroy: !stack.config.protect,
  });
  new aws.route53.Record("internal", {
    zoneId: zone.zoneId,
    name,
    type: "A",
    aliases: [{ name: dnsName, zoneId: hostedZoneId, evaluateTargetHealth: false }],
  });
}

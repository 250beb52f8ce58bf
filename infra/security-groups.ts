import * as aws from "@pulumi/aws";
import type { Input, Resource } from "@pulumi/pulumi";
import type { Network } from "./network";
import type { Stack } from "./stack";

export interface SecurityGroups {
  functions: aws.ec2.SecurityGroup;
  jobs: aws.ec2.SecurityGroup;
  /** Of the interface endpoints. */
  endpoints: aws.ec2.SecurityGroup;
  database: aws.ec2.SecurityGroup;
  /** Without these, the groups let nothing through. */
  rules: Resource[];
}

export const databasePort = 5432;

/** A security group without rules; who makes it adds them one by one, each naming its peer. */
export function securityGroup(
  stack: Stack,
  network: Network,
  name: string,
  description: string,
): aws.ec2.SecurityGroup {
  return new aws.ec2.SecurityGroup(name, {
    name: `${stack.prefix}-${name}`,
    description,
    vpcId: network.vpcId,
    tags: { Name: `${stack.prefix}-${name}` },
  });
}

/**
 * Who may talk to whom inside the VPC: functions and jobs to the database and to the endpoints.
 * @param pushPorts the ports of all destinations; jobs may leave through no other.
 */
export function securityGroups(stack: Stack, network: Network, pushPorts: readonly number[]): SecurityGroups {
  const groups = {
    functions: securityGroup(stack, network, "functions", "Lambda functions"),
    jobs: securityGroup(stack, network, "jobs", "Transform and send jobs"),
    endpoints: securityGroup(stack, network, "endpoints", "VPC endpoints of AWS services"),
    database: securityGroup(stack, network, "database", "The ledger"),
  };
  const rules = (["functions", "jobs"] as const).flatMap((from) => [
    ...connect(groups, from, "database", databasePort),
    ...connect(groups, from, "endpoints", 443),
  ]);
  for (const port of pushPorts) {
    new aws.vpc.SecurityGroupEgressRule(`jobs-to-destinations-${port}`, {
      securityGroupId: groups.jobs.id,
      description: `SFTP servers of subscribers on port ${port}`,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      cidrIpv4: "0.0.0.0/0",
    });
  }
  return { ...groups, rules };
}

/** Lets one side open connections to a port of the other; returns the rules, without which it could not. */
export function connect<Side extends string>(
  groups: Record<Side, aws.ec2.SecurityGroup>,
  from: Side,
  to: Side,
  port: number,
): Resource[] {
  const ports = { ipProtocol: "tcp", fromPort: port, toPort: port };
  return [
    new aws.vpc.SecurityGroupEgressRule(`${from}-to-${to}`, {
      securityGroupId: groups[from].id,
      referencedSecurityGroupId: groups[to].id,
      ...ports,
    }),
    new aws.vpc.SecurityGroupIngressRule(`${to}-from-${from}`, {
      securityGroupId: groups[to].id,
      referencedSecurityGroupId: groups[from].id,
      ...ports,
    }),
  ];
}

/** Lets functions and jobs reach S3 through its gateway endpoint. */
export function allowS3({ functions, jobs, rules }: SecurityGroups, prefixListId: Input<string>): void {
  for (const [from, group] of Object.entries({ functions, jobs })) {
    rules.push(
      new aws.vpc.SecurityGroupEgressRule(`${from}-to-s3`, {
        securityGroupId: group.id,
        prefixListId,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
      }),
    );
  }
}

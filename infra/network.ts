import * as aws from "@pulumi/aws";
import { all, type Output, type Resource } from "@pulumi/pulumi";
import type { Stack } from "./stack";
import { type SubnetPlan, subnetPlan } from "./subnet-plan";

export interface Network {
  vpcId: Output<string>;
  /** Subnet ids by tier, one per Availability Zone. `public` is empty where nothing faces the internet. */
  subnets: Record<keyof SubnetPlan, Output<string>[]>;
  /** Of the private tiers. */
  routeTableIds: Output<string>[];
  /** Without these, the subnets lack their routes. */
  routing: Resource[];
  /** The way to the internet. What has a public address is made after it and goes before it; else AWS refuses both. */
  internet: Resource[];
  /** The fixed addresses from which pushes reach the internet; empty with `egress: none`. */
  natAddresses: Output<string[]>;
}

/**
 * The VPC. Functions and database sit in a tier that no route leads out of; jobs in one that leads to NAT gateways
 * where subscribers on the internet are reached. There is an internet gateway only where one of the two needs it.
 */
export function network(stack: Stack): Network {
  const { config, zones } = stack;
  const vpc = new aws.ec2.Vpc("vpc", {
    cidrBlock: config.vpcCidr,
    enableDnsHostnames: true,
    enableDnsSupport: true,
    tags: { Name: stack.prefix },
  });
  // Whoever forgets to name a security group gets this one, which lets nothing through.
  new aws.ec2.DefaultSecurityGroup("default", { vpcId: vpc.id, ingress: [], egress: [] });

  const plan = subnetPlan(config.vpcCidr, zones.length);
  const facesInternet = config.egress === "nat" || config.partnerEndpointAccess === "internet";
  const subnets = {
    isolated: tier(stack, vpc, "isolated", plan.isolated),
    jobs: tier(stack, vpc, "jobs", plan.jobs),
    public: facesInternet ? tier(stack, vpc, "public", plan.public) : [],
  };
  const isolated = routeTable(stack, vpc, "isolated", subnets.isolated);
  const ofJobs = zones.map((zone, index) =>
    routeTable(stack, vpc, `jobs-${zone}`, subnets.jobs.slice(index, index + 1)),
  );
  const internet = facesInternet ? routeToInternet(stack, vpc, subnets.public) : [];
  const natAddresses =
    config.egress === "nat"
      ? natGateways(
          stack,
          internet,
          subnets.public,
          ofJobs.map(({ table }) => table),
        )
      : [];

  const ids = (created: aws.ec2.Subnet[]) => created.map((subnet) => subnet.id);
  return {
    vpcId: vpc.id,
    subnets: { isolated: ids(subnets.isolated), jobs: ids(subnets.jobs), public: ids(subnets.public) },
    routeTableIds: [isolated, ...ofJobs].map(({ table }) => table.id),
    routing: [isolated, ...ofJobs].flatMap(({ associations }) => associations),
    internet,
    natAddresses: all(natAddresses),
  };
}

function tier(stack: Stack, vpc: aws.ec2.Vpc, name: string, blocks: string[]): aws.ec2.Subnet[] {
  return blocks.map((cidrBlock, index) => {
    const availabilityZone = stack.zones[index];
    return new aws.ec2.Subnet(`${name}-${availabilityZone}`, {
      vpcId: vpc.id,
      cidrBlock,
      availabilityZone,
      // Also in the public tier: what faces the internet there has an Elastic IP.
      mapPublicIpOnLaunch: false,
      tags: { Name: `${stack.prefix}-${name}-${availabilityZone}` },
    });
  });
}

interface RouteTable {
  table: aws.ec2.RouteTable;
  associations: aws.ec2.RouteTableAssociation[];
}

function routeTable(stack: Stack, vpc: aws.ec2.Vpc, name: string, subnets: aws.ec2.Subnet[]): RouteTable {
  const table = new aws.ec2.RouteTable(name, { vpcId: vpc.id, tags: { Name: `${stack.prefix}-${name}` } });
  const associations = subnets.map(
    (subnet, index) =>
      new aws.ec2.RouteTableAssociation(subnets.length === 1 ? name : `${name}-${stack.zones[index]}`, {
        routeTableId: table.id,
        subnetId: subnet.id,
      }),
  );
  return { table, associations };
}

function routeToInternet(stack: Stack, vpc: aws.ec2.Vpc, subnets: aws.ec2.Subnet[]): Resource[] {
  const gateway = new aws.ec2.InternetGateway("internet", { vpcId: vpc.id, tags: { Name: stack.prefix } });
  const { table, associations } = routeTable(stack, vpc, "public", subnets);
  const route = new aws.ec2.Route("public-internet", {
    routeTableId: table.id,
    destinationCidrBlock: "0.0.0.0/0",
    gatewayId: gateway.id,
  });
  return [gateway, route, ...associations];
}

/** One per zone, so that the loss of a zone stops no deliveries. Returns their addresses. */
function natGateways(
  stack: Stack,
  internet: Resource[],
  subnets: aws.ec2.Subnet[],
  jobTables: aws.ec2.RouteTable[],
): Output<string>[] {
  return stack.zones.map((zone, index) => {
    const name = `nat-${zone}`;
    const tags = { Name: `${stack.prefix}-${name}` };
    // Partners allow-list these addresses, so losing one is as bad as losing data.
    const address = new aws.ec2.Eip(name, { domain: "vpc", tags }, { ...stack.stateful, dependsOn: internet });
    const gateway = new aws.ec2.NatGateway(
      name,
      { allocationId: address.id, subnetId: at(subnets, index).id, tags },
      { dependsOn: internet },
    );
    new aws.ec2.Route(`jobs-${zone}-nat`, {
      routeTableId: at(jobTables, index).id,
      destinationCidrBlock: "0.0.0.0/0",
      natGatewayId: gateway.id,
    });
    return address.publicIp;
  });
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`the subnet plan has no block for zone ${index}`);
  return item;
}

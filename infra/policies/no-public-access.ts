import * as aws from "@pulumi/aws";
import { type ResourceValidationPolicy, validateResourceOfType } from "@pulumi/policy";

/** What partners connect to: SFTP, and FTPS with its passive ports. Everything else is for the VPC. */
const partnerPorts: [from: number, to: number][] = [
  [22, 22],
  [21, 21],
  [8192, 8200],
];

const anywhere = ["0.0.0.0/0", "::/0"];

/** Nothing but the partner endpoint can be reached from the internet. */
export const noPublicAccess: ResourceValidationPolicy = {
  name: "no-public-access",
  description:
    "Databases, functions, jobs and subnets have no public address; the internet reaches SFTP and FTPS only.",
  validateResource: [
    validateResourceOfType(aws.vpc.SecurityGroupIngressRule, (rule, _args, report) => {
      if (!anywhere.some((block) => block === rule.cidrIpv4 || block === rule.cidrIpv6)) return;
      const isForPartners = partnerPorts.some(
        ([from, to]) => rule.ipProtocol === "tcp" && rule.fromPort === from && rule.toPort === to,
      );
      if (!isForPartners) report("anybody on the internet may connect; only 22, 21 and 8192-8200 are for partners");
    }),
    validateResourceOfType(aws.ec2.SecurityGroup, ({ ingress }, _args, report) => {
      if ((ingress ?? []).length > 0)
        report("rules inside a security group escape the others; use SecurityGroupIngressRule");
    }),
    validateResourceOfType(aws.ec2.SecurityGroupRule, (_rule, _args, report) => {
      report("use SecurityGroupIngressRule, which this policy pack understands");
    }),
    validateResourceOfType(aws.ec2.Subnet, ({ mapPublicIpOnLaunch }, _args, report) => {
      if (mapPublicIpOnLaunch === true)
        report("whatever starts in this subnet gets a public address; unset mapPublicIpOnLaunch");
    }),
    validateResourceOfType(aws.rds.ClusterInstance, ({ publiclyAccessible }, _args, report) => {
      if (publiclyAccessible !== false) report("say publiclyAccessible: false");
    }),
    validateResourceOfType(aws.lambda.FunctionUrl, (_url, _args, report) => {
      report("a function URL is a way in from the internet; nothing here needs one");
    }),
    validateResourceOfType(aws.batch.JobDefinition, ({ containerProperties }, _args, report) => {
      const { networkConfiguration } = JSON.parse(containerProperties ?? "{}") as {
        networkConfiguration?: { assignPublicIp?: string };
      };
      if (networkConfiguration?.assignPublicIp !== "DISABLED") report("say assignPublicIp: DISABLED");
    }),
    validateResourceOfType(aws.transfer.Server, ({ endpointType }, _args, report) => {
      if (endpointType !== "VPC")
        report("only in a VPC does a security group stand before the server; use endpointType VPC");
    }),
    validateResourceOfType(aws.apigateway.Method, ({ authorization }, _args, report) => {
      if (authorization === "NONE") report("anybody may call this method; use AWS_IAM");
    }),
  ],
};

import * as apigateway from "@pulumi/aws/apigateway";
import * as batch from "@pulumi/aws/batch";
import * as ec2 from "@pulumi/aws/ec2";
import * as lambda from "@pulumi/aws/lambda";
import * as rds from "@pulumi/aws/rds";
import * as transfer from "@pulumi/aws/transfer";
import * as vpc from "@pulumi/aws/vpc";
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
    validateResourceOfType(vpc.SecurityGroupIngressRule, (rule, _args, report) => {
      if (!anywhere.some((block) => block === rule.cidrIpv4 || block === rule.cidrIpv6)) return;
      const isForPartners = partnerPorts.some(
        ([from, to]) => rule.ipProtocol === "tcp" && rule.fromPort === from && rule.toPort === to,
      );
      if (!isForPartners) report("anybody on the internet may connect; only 22, 21 and 8192-8200 are for partners");
    }),
    validateResourceOfType(ec2.SecurityGroup, ({ ingress }, _args, report) => {
      if ((ingress ?? []).length > 0)
        report("rules inside a security group escape the others; use SecurityGroupIngressRule");
    }),
    validateResourceOfType(ec2.SecurityGroupRule, (_rule, _args, report) => {
      report("use SecurityGroupIngressRule, which this policy pack understands");
    }),
    validateResourceOfType(ec2.Subnet, ({ mapPublicIpOnLaunch }, _args, report) => {
      if (mapPublicIpOnLaunch === true)
        report("whatever starts in this subnet gets a public address; unset mapPublicIpOnLaunch");
    }),
    validateResourceOfType(rds.ClusterInstance, ({ publiclyAccessible }, _args, report) => {
      if (publiclyAccessible !== false) report("say publiclyAccessible: false");
    }),
    validateResourceOfType(lambda.FunctionUrl, (_url, _args, report) => {
      report("a function URL is a way in from the internet; nothing here needs one");
    }),
    validateResourceOfType(batch.JobDefinition, ({ containerProperties }, _args, report) => {
      const { networkConfiguration } = JSON.parse(containerProperties ?? "{}") as {
        networkConfiguration?: { assignPublicIp?: string };
      };
      if (networkConfiguration?.assignPublicIp !== "DISABLED") report("say assignPublicIp: DISABLED");
    }),
    validateResourceOfType(transfer.Server, ({ endpointType }, _args, report) => {
      if (endpointType !== "VPC")
        report("only in a VPC does a security group stand before the server; use endpointType VPC");
    }),
    validateResourceOfType(apigateway.Method, ({ authorization }, _args, report) => {
      if (authorization === "NONE") report("anybody may call this method; use AWS_IAM");
    }),
  ],
};

import * as aws from "@pulumi/aws";
import { interpolate } from "@pulumi/pulumi";
import type { Network } from "./network";
import { policyDocument } from "./policy-document";
import { allowS3, type SecurityGroups } from "./security-groups";
import type { Stack } from "./stack";

/** What functions and jobs call from inside the VPC. Lambda and Batch do their own logging, tracing and polling outside. */
const services = {
  "cognito-idp": "cognito-idp:*",
  secretsmanager: "secretsmanager:*",
  sns: "sns:*",
  batch: "batch:*",
  // Fargate pulls the jobs' image and writes their log from the task's own network interface.
  "ecr.api": "ecr:*",
  "ecr.dkr": "ecr:*",
  logs: "logs:*",
};

/**
 * The ways from the VPC to AWS. Their policies let through calls of this account only, so that a stolen foreign key
 * cannot carry data out through them.
 */
export function endpoints(
  stack: Stack,
  network: Network,
  groups: SecurityGroups,
  bucket: aws.s3.Bucket,
): aws.ec2.VpcEndpoint[] {
  const thisAccount = { StringEquals: { "aws:PrincipalAccount": stack.accountId } };
  const interfaces = Object.entries(services).map(
    ([service, Action]) =>
      new aws.ec2.VpcEndpoint(service, {
        vpcId: network.vpcId,
        vpcEndpointType: "Interface",
        serviceName: `com.amazonaws.${stack.region}.${service}`,
        subnetIds: network.subnets.isolated,
        securityGroupIds: [groups.endpoints.id],
        privateDnsEnabled: true,
        policy: policyDocument({ Effect: "Allow", Principal: "*", Action, Resource: "*", Condition: thisAccount }),
        tags: { Name: `${stack.prefix}-${service}` },
      }),
  );
  const s3 = new aws.ec2.VpcEndpoint("s3", {
    vpcId: network.vpcId,
    vpcEndpointType: "Gateway",
    serviceName: `com.amazonaws.${stack.region}.s3`,
    routeTableIds: network.routeTableIds,
    policy: policyDocument(
      {
        Effect: "Allow",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucket.arn, interpolate`${bucket.arn}/*`],
        Condition: thisAccount,
      },
      {
        // ECR keeps image layers in a bucket of its own, which Fargate reads with ECR's signature.
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::prod-${stack.region}-starport-layer-bucket/*`,
      },
    ),
    tags: { Name: `${stack.prefix}-s3` },
  });
  allowS3(groups, s3.prefixListId);
  return [...interfaces, s3];
}

import { existsSync } from "node:fs";
import * as aws from "@pulumi/aws";
import { asset, ComponentResource, type Input, interpolate, type Resource } from "@pulumi/pulumi";
import type { Keys } from "./encryption";
import { logGroup } from "./log-group";
import type { Network } from "./network";
import { allow, policyDocument, type Statement } from "./policy-document";
import type { SecurityGroups } from "./security-groups";
import { serviceRole } from "./service-role";
import type { Stack } from "./stack";

/** What all functions stand on. */
export interface Platform {
  keys: Keys;
  network: Network;
  groups: SecurityGroups;
  /**
   * What has to exist before a function in the VPC can reach anything. Also the other way round: when the stack is
   * destroyed, each partner's invocation runs once more, and must still reach the database and AWS.
   */
  ready: Resource[];
}

export interface FunctionArgs {
  description: string;
  /** Seconds. */
  timeout: number;
  /** MiB; the CPU share grows with it. */
  memorySize: number;
  environment: Record<string, Input<string>>;
  /** What its code calls, exactly. */
  statements: Statement[];
  /** An access point that is mounted, and what has to be there before it can be. */
  fileSystem?: { arn: Input<string>; localMountPath: string; reachable: Resource[] };
}

/** One Lambda function in the VPC with its own log group and its own role, which may do what its code does and no more. */
export class QuaysideFunction extends ComponentResource {
  readonly function: aws.lambda.Function;
  readonly role: aws.iam.Role;
  readonly log: aws.cloudwatch.LogGroup;

  /** @param name the folder under `functions/`. */
  constructor(stack: Stack, platform: Platform, name: string, args: FunctionArgs) {
    super("quayside:Function", name);
    const parent = { parent: this };
    const functionName = `${stack.prefix}-${name}`;
    this.log = logGroup(stack, platform.keys, name, `/aws/lambda/${functionName}`, parent);
    this.role = serviceRole(stack, name, { service: "lambda.amazonaws.com" }, parent);
    const policy = new aws.iam.RolePolicy(
      name,
      {
        role: this.role.name,
        policy: policyDocument(...args.statements, ...whatLambdaNeeds(stack, functionName, this.log)),
      },
      parent,
    );
    this.function = new aws.lambda.Function(
      name,
      {
        name: functionName,
        description: args.description,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: new asset.FileArchive(builtFolder(stack, name)),
        role: this.role.arn,
        timeout: args.timeout,
        memorySize: args.memorySize,
        environment: {
          variables: {
            ...args.environment,
            // Node does not know the authority of RDS; the runtime brings it along.
            NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
          },
        },
        vpcConfig: {
          subnetIds: platform.network.subnets.isolated,
          securityGroupIds: [platform.groups.functions.id],
        },
        ...(args.fileSystem && {
          fileSystemConfig: { arn: args.fileSystem.arn, localMountPath: args.fileSystem.localMountPath },
        }),
        tracingConfig: { mode: "Active" },
        loggingConfig: { logFormat: "Text", logGroup: this.log.name },
      },
      { ...parent, dependsOn: [policy, ...platform.ready, ...(args.fileSystem?.reachable ?? [])] },
    );
    this.registerOutputs({ arn: this.function.arn });
  }
}

/** @throws where the function has not been built. */
export function builtFolder(stack: Stack, name: string): string {
  const folder = `${stack.built}/functions/${name}`;
  if (!existsSync(`${folder}/index.js`)) throw new Error(`${folder}/index.js is missing; run "npm run build" first`);
  return folder;
}

/** Rights that the platform uses in the role's name; their Sids set them apart from those of our code. */
function whatLambdaNeeds(stack: Stack, functionName: string, log: aws.cloudwatch.LogGroup): Statement[] {
  const networkActions = [
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ];
  // AWS: DeleteNetworkInterface works with all of the account's resources or with none.
  const anyOfAccount = stack.arn("ec2", "*/*");
  const describe = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"];
  return [
    {
      ...allow(["logs:CreateLogStream", "logs:PutLogEvents"], interpolate`${log.arn}:*`),
      Sid: "LambdaLogs",
    },
    // X-Ray and the describing calls know no resources.
    { ...allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"), Sid: "LambdaTraces" },
    { ...allow(networkActions, anyOfAccount), Sid: "LambdaNetworkInterfaces" },
    { ...allow(describe, "*"), Sid: "LambdaNetworkInterfacesDescribe" },
    {
      // Lambda needs these rights; the code that runs in the function must not have them.
      Sid: "LambdaNetworkInterfacesNotFromCode",
      Effect: "Deny",
      Action: [...networkActions, ...describe],
      Resource: "*",
      Condition: { ArnEquals: { "lambda:SourceFunctionArn": stack.arn("lambda", `function:${functionName}`) } },
    },
  ];
}

import { expect } from "chai";
import { policies } from "./policies";
import { resource, violations } from "./testing";

type Resources = Parameters<typeof violations>[1];

const json = (value: unknown) => JSON.stringify(value);
const statement = (more: object) => json({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...more }] });

const bucket = resource("aws:s3/bucket:Bucket", { bucket: "files" }, { name: "files" });
const setting = (type: string, inputs: object) => resource(`aws:s3/${type}`, { bucket: "files", ...inputs });
const aclBlocks = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};
const ownership = setting("bucketOwnershipControls:BucketOwnershipControls", {
  rule: { objectOwnership: "BucketOwnerEnforced" },
});
const bucketPolicy = (more: object) => setting("bucketPolicy:BucketPolicy", { policy: statement(more) });

const queue = (name: string, redriveTo?: string) =>
  resource(
    "aws:sqs/queue:Queue",
    {
      name,
      arn: `arn:aws:sqs:::${name}`,
      kmsMasterKeyId: "key",
      ...(redriveTo && { redrivePolicy: json({ deadLetterTargetArn: redriveTo, maxReceiveCount: 5 }) }),
    },
    { name },
  );
const alarmOn = (QueueName: string, more: object = { alarmActions: ["arn:topic"] }) =>
  resource("aws:cloudwatch/metricAlarm:MetricAlarm", { namespace: "AWS/SQS", dimensions: { QueueName }, ...more });
const ingress = (inputs: object) =>
  resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { ipProtocol: "tcp", ...inputs });
const rolePolicy = (more: object) => resource("aws:iam/rolePolicy:RolePolicy", { policy: statement(more) });
const server = (inputs: object) =>
  resource("aws:transfer/server:Server", {
    endpointType: "VPC",
    securityPolicyName: "TransferSecurityPolicy-2025-03",
    structuredLogDestinations: ["arn:log:*"],
    ...inputs,
  });
const provider = (tags: object) => resource("pulumi:providers:aws", { defaultTags: json({ tags }) });

/** What breaks each rule, and by how many violations; then what looks like it and does not. */
const examples: Record<string, { broken: [Resources, number][]; sound: Resources[] }> = {
  "encrypted-at-rest": {
    broken: [
      [[resource("aws:sqs/queue:Queue", { sqsManagedSseEnabled: true })], 1],
      [[resource("aws:sns/topic:Topic", { kmsMasterKeyId: "alias/aws/sns" })], 1],
      [[resource("aws:cloudwatch/logGroup:LogGroup", {})], 1],
      [[resource("aws:secretsmanager/secret:Secret", {})], 1],
      [[resource("aws:rds/cluster:Cluster", { storageEncrypted: true })], 1],
      [[resource("aws:efs/fileSystem:FileSystem", { kmsKeyId: "key" })], 1],
      [[resource("aws:ecr/repository:Repository", { encryptionConfigurations: [{ encryptionType: "AES256" }] })], 1],
      [[resource("aws:backup/vault:Vault", {})], 1],
      [[resource("aws:kms/key:Key", {})], 1],
    ],
    sound: [[queue("uploads")], [resource("aws:kms/key:Key", { enableKeyRotation: true })]],
  },
  "buckets-are-encrypted": {
    broken: [
      [[bucket], 1],
      [
        [
          bucket,
          setting("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", {
            rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
          }),
        ],
        1,
      ],
      [
        [
          bucket,
          setting("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", {
            bucket: "another",
            rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "key" } }],
          }),
        ],
        1,
      ],
    ],
    sound: [
      [
        bucket,
        setting("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", {
          rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "key" } }],
        }),
      ],
    ],
  },
  "buckets-are-private": {
    broken: [
      [[bucket], 2],
      [[bucket, ownership], 1],
      [
        [
          bucket,
          ownership,
          setting("bucketPublicAccessBlock:BucketPublicAccessBlock", { ...aclBlocks, blockPublicPolicy: false }),
        ],
        1,
      ],
    ],
    sound: [[bucket, ownership, setting("bucketPublicAccessBlock:BucketPublicAccessBlock", aclBlocks)]],
  },
  "buckets-take-tls-only": {
    broken: [
      [[bucket], 1],
      [[bucket, bucketPolicy({ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" })], 1],
      [
        [
          bucket,
          bucketPolicy({
            Effect: "Deny",
            Principal: "*",
            Action: "s3:GetObject",
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          }),
        ],
        1,
      ],
    ],
    sound: [
      [
        bucket,
        bucketPolicy({
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        }),
      ],
    ],
  },
  "no-public-access": {
    broken: [
      [[ingress({ cidrIpv4: "0.0.0.0/0", fromPort: 5432, toPort: 5432 })], 1],
      [[ingress({ cidrIpv6: "::/0", fromPort: 443, toPort: 443 })], 1],
      [[ingress({ cidrIpv4: "0.0.0.0/0", fromPort: 0, toPort: 65535 })], 1],
      [[ingress({ cidrIpv4: "0.0.0.0/0", ipProtocol: "-1" })], 1],
      [[resource("aws:ec2/securityGroup:SecurityGroup", { ingress: [{ cidrBlocks: ["0.0.0.0/0"] }] })], 1],
      [[resource("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "ingress" })], 1],
      [[resource("aws:ec2/subnet:Subnet", { mapPublicIpOnLaunch: true })], 1],
      [[resource("aws:rds/clusterInstance:ClusterInstance", {})], 1],
      [[resource("aws:lambda/functionUrl:FunctionUrl", { authorizationType: "NONE" })], 1],
      [[resource("aws:batch/jobDefinition:JobDefinition", { containerProperties: "{}" })], 1],
      [[server({ endpointType: "PUBLIC" })], 1],
      [[resource("aws:apigateway/method:Method", { authorization: "NONE" })], 1],
    ],
    sound: [
      [ingress({ cidrIpv4: "0.0.0.0/0", fromPort: 22, toPort: 22 })],
      [ingress({ cidrIpv4: "10.0.0.0/8", fromPort: 2049, toPort: 2049 })],
      [ingress({ referencedSecurityGroupId: "sg-1", fromPort: 5432, toPort: 5432 })],
    ],
  },
  "no-public-policies": {
    broken: [
      [[bucketPolicy({ Principal: "*", Action: "s3:GetObject", Resource: "*" })], 1],
      [
        [
          resource("aws:sqs/queuePolicy:QueuePolicy", {
            policy: statement({ Principal: { AWS: "*" }, Action: "sqs:SendMessage", Resource: "*" }),
          }),
        ],
        1,
      ],
      [
        [
          bucketPolicy({
            Principal: "*",
            Action: "s3:GetObject",
            Condition: { StringLike: { "aws:PrincipalAccount": "*" } },
          }),
        ],
        1,
      ],
      [
        [
          bucketPolicy({
            Principal: "*",
            Action: "s3:GetObject",
            Condition: { Bool: { "aws:SecureTransport": "true" } },
          }),
        ],
        1,
      ],
      [
        [
          resource("aws:iam/role:Role", {
            assumeRolePolicy: statement({ Principal: { AWS: ["arn:aws:iam::1:root", "*"] }, Action: "sts:AssumeRole" }),
          }),
        ],
        1,
      ],
      [[resource("aws:lambda/permission:Permission", { principal: "*" })], 1],
    ],
    sound: [
      [bucketPolicy({ Effect: "Deny", Principal: "*", Action: "s3:*" })],
      [
        resource("aws:sns/topicPolicy:TopicPolicy", {
          policy: statement({
            Principal: "*",
            Action: "sns:Publish",
            Condition: { StringEquals: { "aws:PrincipalAccount": "1" } },
          }),
        }),
      ],
      [
        resource("aws:kms/key:Key", {
          policy: statement({ Principal: { AWS: "arn:aws:iam::1:root" }, Action: "kms:*", Resource: "*" }),
        }),
      ],
    ],
  },
  "tls-only": {
    broken: [
      [[resource("aws:rds/clusterParameterGroup:ClusterParameterGroup", { parameters: [] })], 1],
      [[resource("aws:rds/cluster:Cluster", {})], 1],
      [[server({ securityPolicyName: undefined })], 1],
      [[server({ securityPolicyName: "TransferSecurityPolicy-2018-11" })], 1],
      [[resource("aws:efs/fileSystemPolicy:FileSystemPolicy", { policy: statement({ Action: "*" }) })], 1],
    ],
    sound: [[server({ securityPolicyName: "TransferSecurityPolicy-FIPS-2025-03" })]],
  },
  "no-clear-text": {
    broken: [[[server({ protocols: ["SFTP", "FTP"] })], 1]],
    sound: [[server({ protocols: ["SFTP", "FTPS"] })], [server({})]],
  },
  "log-retention": {
    broken: [
      [[resource("aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 0 })], 1],
      [[resource("aws:lambda/function:Function", { loggingConfig: { logFormat: "Text" } })], 1],
      [[server({ structuredLogDestinations: [] })], 1],
      [[resource("aws:apigateway/stage:Stage", {})], 1],
      [[resource("aws:batch/jobDefinition:JobDefinition", { containerProperties: json({ command: ["node"] }) })], 1],
    ],
    sound: [[resource("aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 14 })]],
  },
  "no-wildcard-permissions": {
    broken: [
      [[rolePolicy({ Action: "*", Resource: "*" })], 1],
      [[rolePolicy({ Action: ["s3:GetObject", "s3:Put*"], Resource: ["arn:aws:s3:::a", "*"] })], 1],
      [[rolePolicy({ Action: "s3:*", Resource: "arn:aws:s3:::*" })], 1],
      [[rolePolicy({ Action: "ec2:*", Resource: "arn:aws:ec2:eu-central-1:1:*/*" })], 1],
      [[rolePolicy({ NotAction: "iam:*", Resource: "*" })], 1],
      [[rolePolicy({ Action: "s3:*", NotResource: "arn:aws:s3:::a" })], 1],
      [
        [resource("aws:iam/role:Role", { inlinePolicies: [{ policy: statement({ Action: "s3:*", Resource: "*" }) }] })],
        1,
      ],
      [[resource("aws:iam/role:Role", { managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] })], 1],
      [
        [
          resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
            policyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess",
          }),
        ],
        1,
      ],
    ],
    sound: [
      [rolePolicy({ Action: "s3:*", Resource: "arn:aws:s3:::files/*" })],
      [rolePolicy({ Action: "ecr:GetAuthorizationToken", Resource: "*" })],
      [rolePolicy({ Effect: "Deny", Action: "*", Resource: "*" })],
    ],
  },
  "default-tags": {
    broken: [
      [[resource("pulumi:providers:aws", {})], 1],
      [[provider({ service: "quayside" })], 1],
      [[provider({ service: "quayside", stack: "dev" })], 1],
      [[resource("aws:sqs/queue:Queue", { tags: { stack: "dev" } })], 1],
    ],
    sound: [
      [provider({ service: "quayside", stack: "prod" })],
      [resource("aws:sqs/queue:Queue", { tags: { Name: "q" } })],
    ],
  },
  "protected-state": {
    broken: [
      [[resource("aws:s3/bucket:Bucket", {})], 1],
      [[resource("aws:s3/bucket:Bucket", { forceDestroy: true }, { protect: true })], 1],
      [
        [resource("aws:rds/cluster:Cluster", { deletionProtection: true, skipFinalSnapshot: true }, { protect: true })],
        1,
      ],
      [[resource("aws:rds/cluster:Cluster", {}, { protect: true })], 1],
      [[resource("aws:cognito/userPool:UserPool", { deletionProtection: "INACTIVE" })], 2],
      [[resource("aws:kms/key:Key", { deletionWindowInDays: 7 }, { protect: true })], 1],
      [[resource("aws:secretsmanager/secret:Secret", { recoveryWindowInDays: 0 })], 1],
      [[resource("aws:ec2/eip:Eip", {})], 1],
    ],
    sound: [[resource("aws:transfer/server:Server", {}, { protect: true })], [resource("aws:sqs/queue:Queue", {})]],
  },
  "queues-have-dead-letters": {
    broken: [
      [[queue("uploads")], 1],
      [[queue("uploads", "arn:aws:sqs:::elsewhere")], 1],
      [[queue("uploads", "arn:aws:sqs:::dead"), queue("dead"), queue("forgotten")], 1],
    ],
    sound: [[queue("uploads", "arn:aws:sqs:::dead"), queue("dead")]],
  },
  "queues-have-alarms": {
    broken: [
      [[queue("uploads")], 1],
      [[queue("uploads"), queue("dead"), alarmOn("dead")], 1],
      [[queue("uploads"), alarmOn("uploads", { alarmActions: [] })], 1],
      [[queue("uploads"), alarmOn("uploads", { alarmActions: ["arn:topic"], actionsEnabled: false })], 1],
      [[queue("uploads"), alarmOn("uploads", { namespace: "AWS/Lambda", alarmActions: ["arn:topic"] })], 1],
    ],
    sound: [[queue("uploads"), alarmOn("uploads")]],
  },
};

describe("the policy pack's rules", () => {
  it("each have an example that breaks them, and one that does not", () => {
    expect(Object.keys(examples)).to.have.members(policies.map(({ name }) => name));
    for (const { broken, sound } of Object.values(examples)) {
      expect(broken).to.not.be.empty;
      expect(sound).to.not.be.empty;
    }
  });

  for (const rule of policies) {
    describe(rule.name, () => {
      for (const [resources, count] of examples[rule.name]?.broken ?? []) {
        it(`is broken by ${json(resources.map(({ inputs }) => inputs)).slice(0, 100)}`, async () => {
          const found = await violations(rule, resources, "prod");
          expect(found).to.have.lengthOf(count);
          for (const message of found) expect(message).to.match(/^[\w:/]+ [\w-]+: \S/);
        });
      }

      for (const resources of examples[rule.name]?.sound ?? []) {
        it(`is kept by ${json(resources.map(({ inputs }) => inputs)).slice(0, 100)}`, async () => {
          expect(await violations(rule, resources, "prod")).to.deep.equal([]);
        });
      }
    });
  }

  it("protect state in prod, and let other stacks be destroyed", async () => {
    const rule = policies.find(({ name }) => name === "protected-state");
    if (!rule) throw new Error("no such rule");
    const unprotected = [resource("aws:s3/bucket:Bucket", { forceDestroy: true })];
    expect(await violations(rule, unprotected, "dev")).to.deep.equal([]);
    expect(await violations(rule, unprotected, "prod")).to.have.lengthOf(2);
  });
});

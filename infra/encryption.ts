import * as aws from "@pulumi/aws";
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import { allow, policyDocument, type Statement } from "./policy-document";
import type { Stack } from "./stack";

export interface Keys {
  /** What partners and the service own: objects, the database, secrets, images. */
  data: aws.kms.Key;
  /** What is under way: topics and queues. */
  messages: aws.kms.Key;
  /** Log groups. */
  logs: aws.kms.Key;
}

/** The customer-managed keys. Three, because each is open to other services of AWS, and to no more than it needs. */
export function encryption(stack: Stack): Keys {
  return {
    data: customerKey(stack, "data", "Objects, database, secrets and images", []),
    messages: customerKey(stack, "messages", "Topics and queues", messageServices(stack)),
    logs: customerKey(stack, "logs", "Log groups", [logService(stack)]),
  };
}

/**
 * A key of the account's own with its alias.
 * @param statements which services may use it, besides roles whose policies name it.
 */
export function customerKey(
  stack: Stack,
  name: string,
  description: string,
  statements: Statement[],
  options: CustomResourceOptions = {},
): aws.kms.Key {
  const created = new aws.kms.Key(
    `${name}-key`,
    {
      description: `${stack.prefix}: ${description}`,
      enableKeyRotation: true,
      deletionWindowInDays: stack.config.protect ? 30 : 7,
      policy: policyDocument(
        {
          // Without it nobody could ever change the key; roles still need a policy of their own that names it.
          Sid: "Account",
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${stack.accountId}:root` },
          Action: "kms:*",
          Resource: "*",
        },
        ...statements,
      ),
    },
    { ...stack.stateful, ...options },
  );
  new aws.kms.Alias(`${name}-key`, { name: `alias/${stack.prefix}-${name}`, targetKeyId: created.keyId }, options);
  return created;
}

/** The services that publish to encrypted topics and send to encrypted queues. */
function messageServices(stack: Stack): Statement[] {
  const Action = ["kms:GenerateDataKey*", "kms:Decrypt"];
  return [
    {
      Sid: "S3PublishesUploads",
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action,
      Resource: "*",
      Condition: { StringEquals: { "aws:SourceAccount": stack.accountId } },
    },
    {
      // These do not pass aws:SourceAccount on to KMS; the topics' and queues' policies name the exact sources.
      Sid: "TopicsRulesAndAlarms",
      Effect: "Allow",
      Principal: { Service: ["sns.amazonaws.com", "events.amazonaws.com", "cloudwatch.amazonaws.com"] },
      Action,
      Resource: "*",
    },
  ];
}

function logService(stack: Stack): Statement {
  return {
    Sid: "LogGroups",
    Effect: "Allow",
    Principal: { Service: `logs.${stack.region}.amazonaws.com` },
    Action: ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
    Resource: "*",
    Condition: {
      ArnLike: { "kms:EncryptionContext:aws:logs:arn": stack.arn("logs", `log-group:*${stack.prefix}*`) },
    },
  };
}

/** The right to use a key through one service only, as all our code does: none calls KMS itself. */
export function useKey(
  stack: Stack,
  keyArn: Input<string>,
  service: "s3" | "secretsmanager" | "sns" | "sqs",
  Action: string[] = ["kms:Decrypt", "kms:GenerateDataKey"],
): Statement {
  return allow(Action, keyArn, { StringEquals: { "kms:ViaService": `${service}.${stack.region}.amazonaws.com` } });
}

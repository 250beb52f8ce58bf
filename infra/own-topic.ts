import * as aws from "@pulumi/aws";
import type { Keys } from "./encryption";
import { policyDocument } from "./policy-document";
import type { Stack } from "./stack";

/** An encrypted topic that our own roles publish to, as their policies say, and nobody in the clear. */
export function ownTopic(
  stack: Stack,
  keys: Keys,
  name: string,
  args: Pick<aws.sns.TopicArgs, "displayName"> = {},
): aws.sns.Topic {
  const topic = new aws.sns.Topic(name, {
    ...args,
    name: `${stack.prefix}-${name}`,
    kmsMasterKeyId: keys.messages.arn,
  });
  new aws.sns.TopicPolicy(name, {
    arn: topic.arn,
    policy: policyDocument({
      Sid: "OnlyOverTls",
      Effect: "Deny",
      Principal: "*",
      Action: "sns:Publish",
      Resource: topic.arn,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    }),
  });
  return topic;
}

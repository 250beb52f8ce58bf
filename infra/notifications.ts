import * as aws from "@pulumi/aws";
import type { Keys } from "./encryption";
import { policyDocument } from "./policy-document";
import type { Stack } from "./stack";

/** Where functions and jobs say what became of files. Each partner's addresses subscribe with a filter of their own. */
export function notifications(stack: Stack, keys: Keys): aws.sns.Topic {
  const topic = new aws.sns.Topic("notifications", {
    name: `${stack.prefix}-notifications`,
    // The sender's name in partners' mail.
    displayName: "Quayside",
    kmsMasterKeyId: keys.messages.arn,
  });
  new aws.sns.TopicPolicy("notifications", {
    arn: topic.arn,
    policy: policyDocument({
      // Who may publish is in the roles' policies; that nobody does in the clear is here.
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

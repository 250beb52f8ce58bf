import type * as aws from "@pulumi/aws";
import type { Keys } from "./encryption";
import { ownTopic } from "./own-topic";
import type { Stack } from "./stack";

/** Where functions and jobs say what became of files. Each partner's addresses subscribe with a filter of their own. */
export function notifications(stack: Stack, keys: Keys): aws.sns.Topic {
  // The sender's name in partners' mail.
  return ownTopic(stack, keys, "notifications", { displayName: "Quayside" });
}

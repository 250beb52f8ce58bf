import type { AwsAccount } from "../aws-endpoint/account";
import { AwsError } from "../aws-endpoint/aws-error";
import type { Topic } from "./sns";

/** Attributes that are kept; those of deliveries' feedback and of FIFO topics are refused by name. */
const settable = ["DisplayName", "Policy", "KmsMasterKeyId", "DeliveryPolicy", "TracingConfig", "SignatureVersion"];

/** Sets one attribute of a topic; an empty text takes it away. Throws InvalidParameter. */
export function setTopicAttribute(topic: Topic, name: string, value: string): void {
  if (!settable.includes(name)) {
    throw new AwsError(
      "InvalidParameter",
      `Invalid parameter: AttributeName: the local stand-in does not implement ${name}`,
    );
  }
  if (name === "Policy" && value !== "") refuseNoJson(value);
  if (value === "") delete topic.attributes[name];
  else topic.attributes[name] = value;
}

/** A topic's attributes as GetTopicAttributes writes them. */
export function topicAttributes(topic: Topic, account: AwsAccount, confirmed: number): Record<string, string> {
  return {
    TopicArn: topic.arn,
    Owner: account.accountId,
    SubscriptionsConfirmed: String(confirmed),
    SubscriptionsPending: "0",
    SubscriptionsDeleted: "0",
    ...topic.attributes,
  };
}

function refuseNoJson(policy: string): void {
  try {
    JSON.parse(policy);
  } catch {
    throw new AwsError("InvalidParameter", "Invalid parameter: Policy Error: null");
  }
}

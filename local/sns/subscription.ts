import { AwsError } from "../aws-endpoint/aws-error";
import { type FilterPolicy, type FilterPolicyScope, filterPolicy } from "./filter-policy";

export type SubscriptionProtocol = "sqs" | "lambda" | "email";

/** What can be set on a subscription, by SNS's own names; an absent one is not set. */
export interface SubscriptionSettings {
  filterPolicy?: string;
  filterPolicyScope: FilterPolicyScope;
  rawMessageDelivery: boolean;
  /** ARN of the queue that takes what could not be delivered. */
  deadLetterTargetArn?: string;
}

export interface Subscription {
  arn: string;
  topicArn: string;
  protocol: SubscriptionProtocol;
  /** ARN of a queue or function, or an e-mail address. */
  endpoint: string;
  settings: SubscriptionSettings;
  filter?: FilterPolicy;
}

export const defaultSubscriptionSettings: SubscriptionSettings = {
  filterPolicyScope: "MessageAttributes",
  rawMessageDelivery: false,
};

const invalid = (reason: string) => new AwsError("InvalidParameter", `Invalid parameter: ${reason}`);

/** The settings after these attributes were set together; throws InvalidParameter as SNS does. */
export function changeSubscription(
  settings: SubscriptionSettings,
  attributes: Record<string, string>,
): { settings: SubscriptionSettings; filter: FilterPolicy | undefined } {
  const changed = { ...settings };
  for (const [name, value] of Object.entries(attributes)) {
    switch (name) {
      case "FilterPolicy":
        changed.filterPolicy = value === "" ? undefined : value;
        break;
      case "FilterPolicyScope":
        changed.filterPolicyScope = scope(value);
        break;
      case "RawMessageDelivery":
        if (value !== "true" && value !== "false") throw invalid(`Attributes Reason: RawMessageDelivery: ${value}`);
        changed.rawMessageDelivery = value === "true";
        break;
      case "RedrivePolicy":
        changed.deadLetterTargetArn = value === "" ? undefined : deadLetterTarget(value);
        break;
      default:
        throw invalid(`AttributeName: the local stand-in does not implement ${name}`);
    }
  }
  const filter =
    changed.filterPolicy === undefined ? undefined : filterPolicy(changed.filterPolicy, changed.filterPolicyScope);
  return { settings: changed, filter };
}

/** The settings as GetSubscriptionAttributes writes them. */
export function subscriptionAttributes({ settings }: Subscription): Record<string, string> {
  const { filterPolicy, filterPolicyScope, rawMessageDelivery, deadLetterTargetArn } = settings;
  return {
    RawMessageDelivery: String(rawMessageDelivery),
    ...(filterPolicy && { FilterPolicy: filterPolicy, FilterPolicyScope: filterPolicyScope }),
    ...(deadLetterTargetArn && { RedrivePolicy: JSON.stringify({ deadLetterTargetArn }) }),
  };
}

function scope(value: string): FilterPolicyScope {
  if (value === "MessageAttributes" || value === "MessageBody") return value;
  throw invalid(`FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`);
}

function deadLetterTarget(value: string): string {
  try {
    const policy = JSON.parse(value) as Record<string, unknown>;
    const { deadLetterTargetArn: arn } = policy;
    if (typeof arn === "string" && arn.startsWith("arn:aws:sqs:") && Object.keys(policy).length === 1) return arn;
  } catch {
    // Answered like any other text that is no such policy.
  }
  throw invalid(
    "RedrivePolicy: must be a JSON object with the ARN of a queue as deadLetterTargetArn, and nothing else",
  );
}

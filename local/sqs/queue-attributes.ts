import { AwsError } from "../aws-endpoint/aws-error";

/** What can be set on a queue. Times are in seconds. */
export interface QueueSettings {
  delaySeconds: number;
  /** Bytes. */
  maximumMessageSize: number;
  messageRetentionPeriod: number;
  receiveMessageWaitTimeSeconds: number;
  visibilityTimeout: number;
  policy?: string;
  redrivePolicy?: { deadLetterTargetArn: string; maxReceiveCount: number };
  redriveAllowPolicy?: { redrivePermission: "allowAll" | "denyAll" | "byQueue"; sourceQueueArns?: string[] };
  kmsMasterKeyId?: string;
  kmsDataKeyReusePeriodSeconds: number;
  sqsManagedSseEnabled: boolean;
}

/** SQS's own defaults: SetQueueAttributes, API reference. */
export const defaultSettings: QueueSettings = {
  delaySeconds: 0,
  maximumMessageSize: 1_048_576,
  messageRetentionPeriod: 345_600,
  receiveMessageWaitTimeSeconds: 0,
  visibilityTimeout: 30,
  kmsDataKeyReusePeriodSeconds: 300,
  sqsManagedSseEnabled: true,
};

type Change = (value: string) => Partial<QueueSettings>;

/** How each attribute that a caller may set changes the settings. An empty text takes a policy away. */
const changes: Record<string, Change> = {
  DelaySeconds: (value) => ({ delaySeconds: whole("DelaySeconds", value, 0, 900) }),
  MaximumMessageSize: (value) => ({ maximumMessageSize: whole("MaximumMessageSize", value, 1024, 1_048_576) }),
  MessageRetentionPeriod: (value) => ({
    messageRetentionPeriod: whole("MessageRetentionPeriod", value, 60, 1_209_600),
  }),
  ReceiveMessageWaitTimeSeconds: (value) => ({
    receiveMessageWaitTimeSeconds: whole("ReceiveMessageWaitTimeSeconds", value, 0, 20),
  }),
  VisibilityTimeout: (value) => ({ visibilityTimeout: whole("VisibilityTimeout", value, 0, 43_200) }),
  Policy: (value) => ({ policy: value === "" ? undefined : JSON.stringify(json("Policy", value)) }),
  RedrivePolicy: (value) => ({ redrivePolicy: value === "" ? undefined : redrivePolicy(value) }),
  RedriveAllowPolicy: (value) => ({ redriveAllowPolicy: value === "" ? undefined : redriveAllowPolicy(value) }),
  KmsMasterKeyId: (value) => ({
    kmsMasterKeyId: value || undefined,
    ...(value ? { sqsManagedSseEnabled: false } : {}),
  }),
  KmsDataKeyReusePeriodSeconds: (value) => ({
    kmsDataKeyReusePeriodSeconds: whole("KmsDataKeyReusePeriodSeconds", value, 60, 86_400),
  }),
  SqsManagedSseEnabled: (value) => ({ sqsManagedSseEnabled: value === "true" }),
};

/** The settings after these attributes were set; throws InvalidAttributeName or -Value as SQS does. */
export function changeSettings(settings: QueueSettings, attributes: Record<string, string>): QueueSettings {
  let changed = settings;
  for (const [name, value] of Object.entries(attributes)) {
    if (/^(FifoQueue|ContentBasedDeduplication|DeduplicationScope|FifoThroughputLimit)$/.test(name)) {
      throw new AwsError("InvalidAttributeName", `FIFO queues have no local stand-in: ${name} cannot be set.`);
    }
    const change = Object.hasOwn(changes, name) ? changes[name] : undefined;
    if (!change) throw new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
    changed = { ...changed, ...change(value) };
  }
  return changed;
}

/** The settings as GetQueueAttributes writes them. */
export function settingsAsAttributes(settings: QueueSettings): Record<string, string> {
  const { policy, redrivePolicy, redriveAllowPolicy, kmsMasterKeyId } = settings;
  return {
    DelaySeconds: String(settings.delaySeconds),
    MaximumMessageSize: String(settings.maximumMessageSize),
    MessageRetentionPeriod: String(settings.messageRetentionPeriod),
    ReceiveMessageWaitTimeSeconds: String(settings.receiveMessageWaitTimeSeconds),
    VisibilityTimeout: String(settings.visibilityTimeout),
    SqsManagedSseEnabled: String(settings.sqsManagedSseEnabled),
    ...(policy && { Policy: policy }),
    ...(redrivePolicy && { RedrivePolicy: JSON.stringify(redrivePolicy) }),
    ...(redriveAllowPolicy && { RedriveAllowPolicy: JSON.stringify(redriveAllowPolicy) }),
    ...(kmsMasterKeyId && {
      KmsMasterKeyId: kmsMasterKeyId,
      KmsDataKeyReusePeriodSeconds: String(settings.kmsDataKeyReusePeriodSeconds),
    }),
  };
}

const invalid = (name: string, value: string, reason: string) =>
  new AwsError("InvalidAttributeValue", `Invalid value for the parameter ${name}. Reason: ${reason} (${value})`);

function whole(name: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most && value !== "") return number;
  throw invalid(name, value, `must be an integer from ${least} to ${most}.`);
}

function json(name: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw invalid(name, value, "is not valid JSON.");
  }
}

function redrivePolicy(value: string): NonNullable<QueueSettings["redrivePolicy"]> {
  const { deadLetterTargetArn, maxReceiveCount, ...others } = json("RedrivePolicy", value) as Record<string, unknown>;
  if (typeof deadLetterTargetArn !== "string" || Object.keys(others).length > 0) {
    throw invalid("RedrivePolicy", value, "needs deadLetterTargetArn and maxReceiveCount, and nothing else.");
  }
  return { deadLetterTargetArn, maxReceiveCount: whole("RedrivePolicy", String(maxReceiveCount), 1, 1000) };
}

function redriveAllowPolicy(value: string): NonNullable<QueueSettings["redriveAllowPolicy"]> {
  const policy = json("RedriveAllowPolicy", value) as Record<string, unknown>;
  const { redrivePermission: permission, sourceQueueArns: arns } = policy;
  if (permission === "allowAll" || permission === "denyAll") return { redrivePermission: permission };
  const named =
    Array.isArray(arns) && arns.length > 0 && arns.length <= 10 && arns.every((arn) => typeof arn === "string");
  if (permission === "byQueue" && named) return { redrivePermission: permission, sourceQueueArns: arns as string[] };
  throw invalid(
    "RedriveAllowPolicy",
    value,
    "redrivePermission is allowAll, denyAll, or byQueue with 1 to 10 sourceQueueArns.",
  );
}

import type { ObjectVersion } from "../store/object-version";

/** Where a bucket's new versions are copied to. Plain JSON. */
export interface ReplicationConfiguration {
  roleArn: string;
  /** Of several rules that fit an object, the one with the highest priority counts. */
  rules: ReplicationRule[];
}

export interface ReplicationRule {
  id: string;
  enabled: boolean;
  priority: number;
  /** Of the key; empty for every key. */
  prefix: string;
  /** All of them must be there; delete markers have none. */
  tags: Record<string, string>;
  deleteMarkers: boolean;
  /** Whether objects that a KMS key encrypts are copied at all. */
  kmsEncrypted: boolean;
  destination: {
    bucket: string;
    /** Absent: the destination bucket's own default. */
    kmsKeyArn?: string;
    /** Absent: the object's. */
    storageClass?: string;
  };
}

/** The rule for a version, if it is copied. Source: S3 User Guide, "What does Amazon S3 replicate?". */
export function replicationRule(
  { rules }: ReplicationConfiguration,
  { key, deleteMarker, replica, encryption, properties: { tags } }: ObjectVersion,
): ReplicationRule | undefined {
  if (replica) return undefined;
  const fitting = rules
    .filter(({ enabled, prefix }) => enabled && key.startsWith(prefix))
    .filter((rule) => Object.entries(rule.tags).every(([name, value]) => tags[name] === value))
    .sort((a, b) => b.priority - a.priority);
  const [rule] = fitting;
  if (rule === undefined) return undefined;
  if (deleteMarker) return rule.deleteMarkers ? rule : undefined;
  return encryption?.algorithm === "aws:kms" && !rule.kmsEncrypted ? undefined : rule;
}

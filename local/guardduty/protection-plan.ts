/** A plan as the program registered it. */
export interface ProtectionPlan {
  id: string;
  arn: string;
  roleArn: string;
  bucket: string;
  /** Only keys with one of these prefixes; empty: every key. */
  prefixes: readonly string[];
  /** Whether scanned objects are tagged with the result. */
  tagging: boolean;
  createdAt: Date;
}

/** GuardDuty proves with this object that it may do what it has to. */
export const validationKey = "malware-protection-resource-validation-object";

export const isProtected = ({ bucket, prefixes }: ProtectionPlan, object: { bucket: string; key: string }): boolean =>
  object.bucket === bucket &&
  object.key !== validationKey &&
  (prefixes.length === 0 || prefixes.some((prefix) => object.key.startsWith(prefix)));

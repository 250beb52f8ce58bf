/**
 * What a malware scan may say of an object, in GuardDuty's words:
 * https://docs.aws.amazon.com/guardduty/latest/ug/monitoring-malware-protection-s3-scans-gdu.html
 */
export const scanStatuses = [
  "NO_THREATS_FOUND",
  "THREATS_FOUND",
  /** Too large, encrypted, or an archive of too many files or levels. */
  "UNSUPPORTED",
  "ACCESS_DENIED",
  "FAILED",
] as const;
export type ScanStatus = (typeof scanStatuses)[number];

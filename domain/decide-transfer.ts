import type { ScanStatus } from "./scan-status";

/** Whether a stack scans files for malware before it passes them on. */
export type Scan = "none" | "guardduty";

/** The answer that counts of all that scans of one object version gave. */
export interface Verdict {
  status: ScanStatus;
  /** Names of what was found. */
  threats: string[];
}

/** What is known of a transfer that is not settled. */
export interface TransferFacts {
  /** How its upload ended; null while nothing says. */
  end: "completed" | "failed" | null;
  /** Why it failed, as Transfer Family puts it. */
  failureCode?: string | null;
  /** Null while no scan has answered. */
  verdict: Verdict | null;
}

export type TransferDecision =
  | { state: "routed" }
  | { state: "truncated" | "held" | "quarantined"; reason: string }
  /** It waits for what is not known yet. */
  | null;

/**
 * What becomes of a transfer, from everything that is known of it, in whatever order it became known. It is routed once
 * it is whole and, in a stack that scans, clean: a scan that could not judge it is no permission.
 */
export function decideTransfer({ end, failureCode, verdict }: TransferFacts, scan: Scan): TransferDecision {
  if (verdict?.status === "THREATS_FOUND") return { state: "quarantined", reason: threatReason(verdict.threats) };
  if (end === "failed") {
    return { state: "truncated", reason: `the upload failed (${failureCode ?? "no failure code"})` };
  }
  if (scan === "none") return end === null ? null : { state: "routed" };
  if (verdict === null) return null;
  if (verdict.status !== "NO_THREATS_FOUND") {
    return { state: "held", reason: `the malware scan could not judge the file (${verdict.status})` };
  }
  return end === null ? null : { state: "routed" };
}

/**
 * What becomes of a transfer that has waited too long. The policy says whether one that nothing confirmed is routed all
 * the same; what no scan has found clean never is, where the stack scans.
 */
export function decideUnconfirmed(
  { end, verdict }: TransferFacts,
  { scan, policy, waitedSeconds }: { scan: Scan; policy: "hold" | "route"; waitedSeconds: number },
): { state: "held" | "routed"; reason: string } {
  const unscanned = scan !== "none" && verdict?.status !== "NO_THREATS_FOUND";
  const missing = [
    ...(end === null ? ["nothing confirmed the upload"] : []),
    ...(unscanned ? ["no malware scan found it clean"] : []),
  ];
  const silence = `${missing.join(" and ")} within ${waitedSeconds} s`;
  return policy === "route" && !unscanned
    ? { state: "routed", reason: `${silence}; routed all the same` }
    : { state: "held", reason: silence };
}

function threatReason(threats: readonly string[]): string {
  return threats.length === 0 ? "malware was found" : `malware was found: ${threats.join(", ")}`;
}

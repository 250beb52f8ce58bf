import type { ExitRule, RetryStrategy } from "./job-definition";

/** How an attempt ended. */
export interface AttemptOutcome {
  exitCode?: number;
  /** Why the container ended, where it was not by itself. */
  reason?: string;
  /** Why the attempt ended. */
  statusReason: string;
}

/** Whether an attempt that failed is made again: no rule that matches means yes, as long as there are attempts left. */
export function isRetried(strategy: RetryStrategy, attemptsMade: number, outcome: AttemptOutcome): boolean {
  if (attemptsMade >= strategy.attempts) return false;
  const rule = strategy.evaluateOnExit.find((candidate) => matches(candidate, outcome));
  return rule === undefined || rule.action === "RETRY";
}

function matches(rule: ExitRule, { exitCode, reason, statusReason }: AttemptOutcome): boolean {
  return (
    matchesText(rule.onExitCode, exitCode === undefined ? "" : String(exitCode)) &&
    matchesText(rule.onReason, reason ?? "") &&
    matchesText(rule.onStatusReason, statusReason)
  );
}

function matchesText(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true;
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}

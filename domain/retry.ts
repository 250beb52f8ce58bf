/** Most attempts of a stage before a delivery ends as failed. */
export const mostSendAttempts = 8;
export const mostTransformAttempts = 5;

const firstDelaySeconds = 10;
/** Steep, so that a hiccup costs seconds while eight attempts still outlast a maintenance window: they take 5 to 10 hours. */
const growth = 4;
const longestDelaySeconds = 6 * 3600;

/**
 * Seconds to wait after the failed attempt number `attempt` (from 1): exponential backoff with equal jitter, a random
 * time between half and all of 10 s, 40 s, 160 s, … at most 6 h. Full jitter (between nothing and all) spreads retries
 * better still, but one delivery in five would use up its attempts within 3 hours (AWS Architecture Blog, "Exponential
 * Backoff And Jitter", has both). `random` is in [0, 1).
 */
export function retryDelay(attempt: number, random: number): number {
  const most = Math.min(longestDelaySeconds, firstDelaySeconds * growth ** (Math.max(1, attempt) - 1));
  return most * (0.5 + random / 2);
}

/** Most attempts of a stage before a delivery ends as failed. */
export const mostSendAttempts = 8;
export const mostTransformAttempts = 5;

const firstDelaySeconds = 10;
/** Steep, so that a hiccup costs seconds while eight attempts still outlast a maintenance window of hours. */
const growth = 4;
const longestDelaySeconds = 6 * 3600;

/**
 * Seconds to wait after the failed attempt number `attempt` (from 1): exponential backoff with full jitter, a random
 * time between nothing and 10 s, 40 s, 160 s, … at most 6 h. Full jitter spreads retries best where many fail at once
 * (AWS Architecture Blog, "Exponential Backoff And Jitter"). `random` is in [0, 1).
 */
export function retryDelay(attempt: number, random: number): number {
  return random * Math.min(longestDelaySeconds, firstDelaySeconds * growth ** (Math.max(1, attempt) - 1));
}

import type { Clock } from "../clock";

/**
 * A source of sequencers: 18 hexadecimal digits that grow with the clock, and by at least one each time, so that they
 * also grow over a restart. S3 compares them as text, right-padded with zeros; of equal length they compare as they are.
 */
export function sequencer(clock: Pick<Clock, "now">): () => string {
  let last = 0n;
  return () => {
    const now = BigInt(clock.now().getTime()) << 20n;
    last = now > last ? now : last + 1n;
    return last.toString(16).toUpperCase().padStart(18, "0");
  };
}

/** How a job is told to stop. Both signals fire once, `stopping` first. */
export interface Shutdown {
  /** Begin nothing new. */
  stopping: AbortSignal;
  /** Let go of what is still in hand. */
  abandoning: AbortSignal;
}

/** Of the 30 seconds that Fargate leaves a container between SIGTERM and SIGKILL; the rest is for giving work back. */
const graceMilliseconds = 20_000;

/** A shutdown that begins with SIGTERM, which is how Batch cancels a job and Fargate Spot reclaims its place. */
export function shutdownOnSigterm(): Shutdown {
  const stopping = new AbortController();
  const abandoning = new AbortController();
  process.on("SIGTERM", () => {
    stopping.abort();
    setTimeout(() => abandoning.abort(), graceMilliseconds).unref();
  });
  return { stopping: stopping.signal, abandoning: abandoning.signal };
}

import type { Stage } from "./stage";

/** How long a claim holds without renewal, in seconds. A job renews it every minute, so one that lapsed is dead. */
export const leaseSeconds = 300;

/** Whose claim a query relies on: it changes nothing where the claim has passed to another job. */
export interface Claim {
  /** The delivery's id. */
  delivery: number;
  stage: Stage;
  /** The job that claimed it, as it called itself in `claimDeliveries`. */
  owner: string;
}

/** The delivery is no longer this job's: its lease lapsed and another took it, or it was settled with its whole queue. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
  constructor(delivery: number) {
    super(`delivery ${delivery} is no longer claimed by this job`);
  }
}

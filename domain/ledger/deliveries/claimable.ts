/**
 * SQL of whether a row of `delivery` may be worked on at all: its subscription is still there. What became idle while
 * that went away is left to the sweep, which cancels it.
 */
export const claimable = `EXISTS (
  SELECT FROM subscription WHERE subscription.id = delivery.subscription AND subscription.active)`;

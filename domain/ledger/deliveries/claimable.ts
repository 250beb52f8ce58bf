/**
 * SQL of whether a row of `delivery` may be worked on at all: its subscription is still there, and sends to the queue that
 * the row is in. What became idle while that changed is left to the sweep, which cancels it or moves it.
 */
export const claimable = `EXISTS (
  SELECT FROM subscription
  WHERE subscription.id = delivery.subscription AND subscription.active
    AND (delivery.state IN ('waiting', 'transforming') OR delivery.queue = subscription.send_queue))`;

/**
 * SQL of whether the subscription of a row of `delivery` went away, so that another attempt would be too late. No join:
 * after waiting for a rename, the row has its subscription's new id, which this statement's snapshot does not know.
 */
export const isOver = "(SELECT NOT active FROM subscription WHERE subscription.id = delivery.subscription) IS TRUE";

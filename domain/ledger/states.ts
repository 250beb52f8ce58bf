/**
 * The states of the ledger and every move that is allowed between them. The database refuses any other
 * (the migrations hold the same lists; a test compares them).
 */

/** One received object version. */
export type TransferState =
  /** S3 announced it; nothing yet says that the client finished the upload. */
  | "received"
  /** Its completion is corroborated and its deliveries exist (none, where nobody subscribes). */
  | "routed"
  /**
   * The upload broke off: what S3 holds is a part. It is received again where this was inferred from an event that did
   * not name it, and another one says that this very upload was completed.
   */
  | "truncated"
  /**
   * Needs a person: unconfirmed for longer than the stack's policy allows, and that policy is `hold`; or the malware
   * scan came to no verdict.
   */
  | "held"
  /** The malware scan found a threat: it stays where it is, and the bucket lets nobody read it. */
  | "quarantined";

export const transferMoves: Record<TransferState, readonly TransferState[]> = {
  received: ["routed", "truncated", "held", "quarantined"],
  held: ["routed", "truncated", "quarantined"],
  routed: [],
  truncated: ["received"],
  quarantined: [],
};

/** One transfer × one subscription. */
export type DeliveryState =
  /** Waits for a transform job. */
  | "waiting"
  /** A transform job has claimed it. */
  | "transforming"
  /** Its file (the original, or the transform's result) waits for a send job. */
  | "ready"
  /** A send job has claimed it. */
  | "sending"
  | "delivered"
  /** Needs a person: retrying would not help, or was tried often enough. */
  | "failed"
  /** Its subscription went away before it was delivered, or what was to replace it was sent before it was routed. */
  | "cancelled";

export const deliveryMoves: Record<DeliveryState, readonly DeliveryState[]> = {
  waiting: ["transforming", "failed", "cancelled"],
  transforming: ["waiting", "ready", "failed", "cancelled"],
  ready: ["sending", "failed", "cancelled"],
  sending: ["ready", "delivered", "failed", "cancelled"],
  delivered: [],
  failed: ["waiting", "ready"],
  cancelled: [],
};

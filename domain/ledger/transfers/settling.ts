import type { Scan } from "../../decide-transfer";
import type { Replication } from "../../events/replication";

/** What a stack does with a file before and when it is passed on. */
export interface Settling {
  scan: Scan;
  /** Null where the stack has no file system. */
  replicate: Replicate | null;
}

/**
 * Hands over a file to be copied to the file system. It is called before the transaction that decides it is committed:
 * whatever fails then, the order is given again and changes nothing, but it never goes missing.
 */
export type Replicate = (replication: Replication) => Promise<void>;

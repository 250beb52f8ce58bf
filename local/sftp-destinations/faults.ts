/** What a subscriber's server may do wrong. A test may change them while the server runs. */
export interface DestinationFaults {
  /** Cuts the connection once this many bytes were written over it. */
  failAfterBytes?: number;
  /** How many connections `failAfterBytes` cuts; every one unless told. */
  failTimes?: number;
  /** A rename waits for this. */
  beforeRename?: (() => Promise<void>) | undefined;
  /** Answers every rename with "Failure". */
  refuseRename?: boolean;
  /** Milliseconds that every write and every request on a path waits. */
  slow?: number;
  /** Virtual paths of folders in which nothing may be made, changed or removed. */
  readOnlyFolders?: readonly string[];
}

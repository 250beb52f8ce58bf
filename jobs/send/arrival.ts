/** How a file ended up. */
export interface Arrival {
  /** Remote path or object key. */
  deliveredAs: string;
  /** Hex, of what was read. */
  sha256: string;
}

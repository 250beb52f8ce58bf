/**
 * An error that AWS would answer. `code` is the name a client sees (`QueueDoesNotExist`, `NotFound`);
 * `queryCode` the older name that services which once spoke the query protocol still send in a header.
 */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly queryCode: string;

  constructor(
    readonly code: string,
    message: string,
    /** HTTP status. */
    readonly status = 400,
    { queryCode = code }: { queryCode?: string } = {},
  ) {
    super(message);
    this.queryCode = queryCode;
  }
}

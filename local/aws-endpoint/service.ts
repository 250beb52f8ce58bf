import type { IncomingMessage, ServerResponse } from "node:http";

/** Who signed a call: the role whose credentials were used. */
export interface Principal {
  roleArn: string;
  /** A session policy that narrows the role further (a Transfer Family session), as JSON text. */
  sessionPolicy?: string;
}

/** One request that arrived at the local AWS endpoint, not yet read. */
export interface AwsCall {
  principal: Principal;
  request: IncomingMessage;
  response: ServerResponse;
  /** The request's path and query. */
  url: URL;
}

/** A stand-in for one AWS service behind the local endpoint. */
export interface AwsService {
  /** The service's name in the SigV4 credential scope: `s3`, `sqs`, `cognito-idp`, `execute-api`. */
  readonly scope: string;
  /** Answers the call; what it throws becomes the service's error response. */
  handle(call: AwsCall): Promise<void>;
}

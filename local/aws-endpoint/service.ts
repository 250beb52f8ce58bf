import type { IncomingMessage, ServerResponse } from "node:http";

/** Who signed a call: the role whose credentials were used. */
export interface Principal {
  roleArn: string;
  /** Of the assumed role's session, where it has one of its own: Transfer Family's are `user.sessionid@server-id`. */
  sessionName?: string;
  /** A session policy that narrows the role further (a Transfer Family session), as JSON text. */
  sessionPolicy?: string;
}

/** What a principal asks to do, in IAM's terms: one action on one resource. */
export interface AccessRequest {
  principal: Principal;
  /** `sqs:SendMessage` */
  action: string;
  /** ARN, or `*` where the action knows no resource. */
  resource: string;
  /** Condition keys and their values: `{"secretsmanager:Name": "…"}`. */
  conditions?: Record<string, string | readonly string[]>;
  /** The policy attached to the resource itself (queue, topic, bucket, secret), as JSON text. */
  resourcePolicy?: string;
}

/** Evaluates an access request; throws an AwsError (AccessDenied in the service's words) where IAM would refuse. */
export type Authorize = (request: AccessRequest) => void;

/** One request that arrived at the local AWS endpoint, its signature verified, its body not yet read. */
export interface AwsCall {
  principal: Principal;
  request: IncomingMessage;
  response: ServerResponse;
  /** The request's path and query. */
  url: URL;
  /** The region and the id of this request; the id is answered in a header, as AWS does. */
  region: string;
  requestId: string;
  /** Every stand-in asks this before it acts; the principal is this call's. */
  authorize(request: Omit<AccessRequest, "principal">): void;
  /** Aborts when the client leaves before its answer or the endpoint stops. */
  signal: AbortSignal;
}

/** A stand-in for one AWS service behind the local endpoint. */
export interface AwsService {
  /** The service's name in the SigV4 credential scope: `s3`, `sqs`, `cognito-idp`, `execute-api`. */
  readonly scope: string;
  /**
   * Answers the call. An AwsError that it throws is rendered in the protocol the client speaks (AWS JSON, query,
   * S3's XML, REST-JSON); anything else becomes an InternalFailure, status 500.
   */
  handle(call: AwsCall): Promise<void>;
}

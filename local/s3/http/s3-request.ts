import type { IncomingMessage, ServerResponse } from "node:http";
import type { AwsCall } from "../../aws-endpoint/service";
import { type Caller, principalId } from "../caller";
import { S3Error } from "../s3-error";

/** A request of the S3 REST API, path-style, its address decoded. */
export interface S3Request {
  method: string;
  /** Absent in a request to the service itself. */
  bucket?: string;
  /** Absent in a request to a bucket. */
  key?: string;
  query: URLSearchParams;
  /** A header's value; names in lower case. */
  header: (name: string) => string | undefined;
  headerNames: readonly string[];
  caller: Caller;
  id: string;
  message: IncomingMessage;
  response: ServerResponse;
}

/** A request whose address is not yet read. */
export function s3Request({ principal, request: message, response, requestId: id, authorize }: AwsCall): S3Request {
  return {
    method: message.method ?? "GET",
    query: new URLSearchParams(/\?(.*)$/s.exec(message.url ?? "")?.[1]),
    header: (name) => {
      const value = message.headers[name];
      return Array.isArray(value) ? value.join(",") : value;
    },
    headerNames: Object.keys(message.headers),
    caller: {
      principal,
      principalId: principalId(principal),
      sourceAddress: message.socket.remoteAddress ?? "127.0.0.1",
      requestId: id,
      authorize,
    },
    id,
    message,
    response,
  };
}

/**
 * The bucket and key of a path-style address. The path is taken as it was sent: a URL parser would resolve the `..` of
 * a key. Throws InvalidURI.
 */
export function pathOf({ url = "/" }: IncomingMessage): Pick<S3Request, "bucket" | "key"> {
  const [, bucket, key] = /^\/([^/?]*)(?:\/([^?]*))?/.exec(url) ?? [];
  return { bucket: bucket ? decodePath(bucket) : undefined, key: bucket && key ? decodePath(key) : undefined };
}

/** S3 decodes `+` as a blank in paths, and in `x-amz-copy-source`; a plus sign must come as `%2B`. */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path.replace(/\+/g, "%20"));
  } catch {
    throw new S3Error("InvalidURI", 400, "Couldn't parse the specified URI.");
  }
}

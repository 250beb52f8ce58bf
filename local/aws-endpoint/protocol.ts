import type { IncomingMessage, ServerResponse } from "node:http";
import type { AwsError } from "./aws-error";
import { escapeXml } from "./xml";

/** How client and service talk: AWS JSON 1.0/1.1, AWS query (form in, XML out), S3's REST-XML, REST-JSON. */
export type Protocol = "json" | "query" | "s3" | "rest-json";

export function protocolOf(request: IncomingMessage, scope: string | undefined): Protocol {
  const contentType = request.headers["content-type"] ?? "";
  if (contentType.startsWith("application/x-amz-json-")) return "json";
  if (scope === "s3") return "s3";
  if (contentType.startsWith("application/x-www-form-urlencoded")) return "query";
  return "rest-json";
}

/** The code of a general error in the words of each protocol. */
export const commonErrorCodes = {
  unknownAccessKey: {
    json: "UnrecognizedClientException",
    "rest-json": "UnrecognizedClientException",
    query: "InvalidClientTokenId",
    s3: "InvalidAccessKeyId",
  },
  wrongSessionToken: {
    json: "UnrecognizedClientException",
    "rest-json": "UnrecognizedClientException",
    query: "InvalidClientTokenId",
    s3: "InvalidToken",
  },
  wrongSignature: {
    json: "InvalidSignatureException",
    "rest-json": "InvalidSignatureException",
    query: "SignatureDoesNotMatch",
    s3: "SignatureDoesNotMatch",
  },
  unsigned: {
    json: "MissingAuthenticationTokenException",
    "rest-json": "MissingAuthenticationTokenException",
    query: "MissingAuthenticationToken",
    s3: "AccessDenied",
  },
  tooOld: {
    json: "InvalidSignatureException",
    "rest-json": "InvalidSignatureException",
    query: "SignatureDoesNotMatch",
    s3: "RequestTimeTooSkewed",
  },
} as const satisfies Record<string, Record<Protocol, string>>;

/** Answers an error in the protocol of the request. Does nothing once an answer has begun, save to end it. */
export function answerError(
  { request, response, protocol, requestId }: ErrorContext & { protocol: Protocol; requestId: string },
  error: AwsError,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { body, contentType } = errorBody(protocol, error, requestId);
  if (protocol === "rest-json" || protocol === "json") response.setHeader("x-amzn-errortype", error.code);
  if (request.headers["x-amzn-query-mode"] === "true") {
    response.setHeader("x-amzn-query-error", `${error.queryCode};${error.status < 500 ? "Sender" : "Receiver"}`);
  }
  response.statusCode = error.status;
  response.setHeader("content-type", contentType);
  response.end(request.method === "HEAD" ? undefined : body);
}

interface ErrorContext {
  request: IncomingMessage;
  response: ServerResponse;
}

function errorBody(protocol: Protocol, { code, message, status }: AwsError, requestId: string) {
  const element = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;
  const id = `<RequestId>${requestId}</RequestId>`;
  switch (protocol) {
    case "json":
      return { contentType: "application/x-amz-json-1.0", body: JSON.stringify({ __type: code, message }) };
    case "rest-json":
      return { contentType: "application/json", body: JSON.stringify({ code, message }) };
    case "query":
      return {
        contentType: "text/xml",
        body: `<ErrorResponse><Error><Type>${status < 500 ? "Sender" : "Receiver"}</Type>${element}</Error>${id}</ErrorResponse>`,
      };
    case "s3":
      return {
        contentType: "application/xml",
        body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${element}${id}</Error>`,
      };
  }
}

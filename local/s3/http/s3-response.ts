import type { ServerResponse } from "node:http";
import type { S3Error } from "../s3-error";
import type { S3Request } from "./s3-request";
import { type XmlContent, xmlDocument } from "./xml-document";

/** Values that are `undefined` are left out. */
export type ResponseHeaders = Record<string, string | number | undefined>;

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/** Answers with an XML document. */
export function sendXml(
  request: S3Request,
  [name, content]: [string, XmlContent],
  headers: ResponseHeaders = {},
): void {
  const body = Buffer.from(xmlDocument([name, content], namespace));
  writeHead(request, 200, { "content-type": "application/xml", "content-length": body.length, ...headers }).end(body);
}

/** Answers without a body. */
export function sendEmpty(request: S3Request, status: 200 | 204, headers: ResponseHeaders = {}): void {
  writeHead(request, status, { ...(status === 200 && { "content-length": 0 }), ...headers }).end();
}

/** Answers with S3's error document; to HEAD, and with 304, without a body. */
export function sendError(request: S3Request, error: S3Error): void {
  const resource = `/${[request.bucket, request.key].filter((part) => part !== undefined).join("/")}`;
  const body = Buffer.from(
    xmlDocument([
      "Error",
      [
        ["Code", error.code],
        ["Message", error.message],
        ...Object.entries(error.fields),
        ["Resource", resource],
        ["RequestId", request.id],
        ["HostId", request.id],
      ],
    ]),
  );
  const bodiless = request.method === "HEAD" || error.status === 304;
  const described = bodiless ? {} : { "content-type": "application/xml", "content-length": body.length };
  writeHead(request, error.status, { ...described, ...error.headers }).end(bodiless ? undefined : body);
}

export function writeHead(request: S3Request, status: number, headers: ResponseHeaders): ServerResponse {
  const present = Object.entries(headers).filter(([, value]) => value !== undefined);
  const ids = { "x-amz-request-id": request.id, "x-amz-id-2": request.id, server: "AmazonS3" };
  return request.response.writeHead(status, { ...ids, ...Object.fromEntries(present) });
}

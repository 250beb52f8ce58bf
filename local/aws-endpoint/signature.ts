import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** What a SigV4 signature covers of a request. `payloadHash` is what the client declared or what it stands for. */
export interface SignedRequest {
  method: string;
  /** As sent, percent-encoding and query included: `/bucket/a%20b?versions`. */
  target: string;
  /** Lower-case names. */
  headers: Record<string, string | string[] | undefined>;
}

/** The signature that came with a request, in its Authorization header or its presigned query. */
export interface Signature {
  accessKeyId: string;
  /** YYYYMMDD */
  date: string;
  region: string;
  /** The service's name: what requests are dispatched by. */
  service: string;
  signedHeaders: string[];
  signature: string;
  /** YYYYMMDDTHHMMSSZ */
  timestamp: string;
  /** Seconds that a presigned request is valid; absent in a request signed in its header. */
  expires?: number;
  sessionToken?: string;
  /** Declared hash of the body; undefined where the client declared none. */
  payloadHash?: string;
}

const algorithm = "AWS4-HMAC-SHA256";

/** Reads the signature of a request, without verifying it; undefined for an unsigned or malformed one. */
export function readSignature(request: SignedRequest): Signature | undefined {
  const { authorization } = request.headers;
  return typeof authorization === "string" ? readHeader(authorization, request.headers) : readQuery(request.target);
}

function readHeader(authorization: string, headers: SignedRequest["headers"]): Signature | undefined {
  if (!authorization.startsWith(`${algorithm} `)) return undefined;
  const parts = new Map(
    authorization
      .slice(algorithm.length)
      .split(",")
      .map((part) => part.trim().split(/=(.*)/s, 2) as [string, string]),
  );
  const header = (name: string) => [headers[name]].flat()[0];
  return assemble({
    credential: parts.get("Credential"),
    signedHeaders: parts.get("SignedHeaders"),
    signature: parts.get("Signature"),
    timestamp: header("x-amz-date"),
    sessionToken: header("x-amz-security-token"),
    payloadHash: header("x-amz-content-sha256"),
  });
}

function readQuery(target: string): Signature | undefined {
  const query = new URL(target, "http://local").searchParams;
  if (query.get("X-Amz-Algorithm") !== algorithm) return undefined;
  // A presigned URL for S3 leaves the body open; one for any other service is for an empty body.
  const open = query.get("X-Amz-Credential")?.endsWith("/s3/aws4_request") ? "UNSIGNED-PAYLOAD" : undefined;
  return assemble({
    credential: query.get("X-Amz-Credential") ?? undefined,
    signedHeaders: query.get("X-Amz-SignedHeaders") ?? undefined,
    signature: query.get("X-Amz-Signature") ?? undefined,
    timestamp: query.get("X-Amz-Date") ?? undefined,
    sessionToken: query.get("X-Amz-Security-Token") ?? undefined,
    payloadHash: query.get("X-Amz-Content-Sha256") ?? open,
    expires: Number(query.get("X-Amz-Expires")),
  });
}

function assemble(read: {
  credential: string | undefined;
  signedHeaders: string | undefined;
  signature: string | undefined;
  timestamp: string | undefined;
  sessionToken: string | undefined;
  payloadHash: string | undefined;
  expires?: number;
}): Signature | undefined {
  const [accessKeyId, date, region, service, terminator] = (read.credential ?? "").split("/");
  if (!accessKeyId || !date || !region || !service || terminator !== "aws4_request") return undefined;
  if (!read.signedHeaders || !read.signature || !read.timestamp) return undefined;
  const { credential: _, signature, timestamp, ...rest } = read;
  return {
    ...rest,
    ...{ accessKeyId, date, region, service, signature, timestamp },
    signedHeaders: read.signedHeaders.split(";"),
  };
}

/** Whether the secret makes this signature over this request. `host` must be among the signed headers. */
export function signatureMatches(
  request: SignedRequest,
  signature: Signature,
  payloadHash: string,
  secretAccessKey: string,
): boolean {
  if (!signature.signedHeaders.includes("host")) return false;
  const { date, region, service } = signature;
  const canonical = createHash("sha256")
    .update(canonicalRequest(request, signature, payloadHash))
    .digest("hex");
  const scope = `${date}/${region}/${service}/aws4_request`;
  const key = [date, region, service, "aws4_request"].reduce<Buffer | string>(hmac, `AWS4${secretAccessKey}`);
  const expected = hmac(key, [algorithm, signature.timestamp, scope, canonical].join("\n"));
  const received = Buffer.from(signature.signature, "hex");
  return received.length === expected.length && timingSafeEqual(received, expected);
}

const hmac = (key: Buffer | string, text: string) => createHmac("sha256", key).update(text).digest();

function canonicalRequest(request: SignedRequest, signature: Signature, payloadHash: string): string {
  const [path = "/", query = ""] = request.target.split(/\?(.*)/s, 2);
  const headers = signature.signedHeaders.map((name) => {
    const value = [request.headers[name] ?? ""].flat().join(",");
    return `${name}:${value.replace(/\s+/g, " ").trim()}\n`;
  });
  return [
    request.method,
    canonicalPath(path, signature.service),
    canonicalQuery(query),
    headers.join(""),
    signature.signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}

/** All services but S3 sign the path normalised and encoded once more than it was sent. */
function canonicalPath(path: string, service: string): string {
  if (service === "s3") return path;
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(encode(segment));
  }
  return `/${segments.join("/")}${segments.length > 0 && path.endsWith("/") ? "/" : ""}`;
}

function canonicalQuery(query: string): string {
  return query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [name = "", value = ""] = pair.split(/=(.*)/s, 2);
      return { name: encode(decode(name)), value: encode(decode(value)) };
    })
    .filter(({ name }) => name !== "X-Amz-Signature")
    .sort((a, b) => order(a.name, b.name) || order(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join("&");
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** A `+` in a query is a plus to SigV4, not a space. A malformed escape stays as it is, and so does not verify. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import { type ChecksumAlgorithm, checksumAlgorithm } from "../checksums/checksum-algorithm";
import { DigestCollector, type Digests } from "../checksums/digests";
import type { UploadBody } from "../objects/upload-body";
import { badDigest, invalidRequest, malformedXml, notImplemented, S3Error } from "../s3-error";
import { decodeAwsChunked } from "./aws-chunked";
import type { S3Request } from "./s3-request";
import { readXml, type XmlNode } from "./xml-reader";

/** The payloads in chunks that are understood, and what belongs to them. */
const streaming: Record<string, { signed: boolean; trailer: boolean }> = {
  "STREAMING-UNSIGNED-PAYLOAD-TRAILER": { signed: false, trailer: true },
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": { signed: true, trailer: false },
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": { signed: true, trailer: true },
};

/** The body of an upload, decoded, and the digests that its headers and trailers promise. */
export function requestBody(request: S3Request): UploadBody {
  const payload = request.header("x-amz-content-sha256");
  const promised = promisedChecksum(request);
  const trailers = new Map<string, string>();
  const sha256 = /^[0-9a-f]{64}$/.test(payload ?? "");
  return {
    content: payload?.startsWith("STREAMING-") ? chunkedContent(request, payload, trailers) : plainContent(request),
    checksum: promised?.algorithm,
    sha256,
    verify(digests) {
      if (sha256 && digests.sha256 !== payload) throw wrongSha256();
      verifyMd5(request.header("content-md5"), digests);
      if (promised === undefined) return;
      const value = promised.value ?? trailers.get(promised.header);
      if (value === undefined) throw malformedTrailer(promised.header);
      if (digests.checksum !== value) throw badDigest(promised.algorithm);
    },
  };
}

/** The XML document of a request; refuses one over 2 MiB, and one whose digests are not the promised ones. */
export async function requestDocument(request: S3Request, root: string): Promise<XmlNode> {
  const body = requestBody(request);
  const collector = new DigestCollector(body);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body.content) {
    collector.update(chunk);
    size += chunk.byteLength;
    if (size > 2 * 1024 ** 2) throw malformedXml("it is larger than 2 MiB");
    chunks.push(chunk);
  }
  body.verify?.(collector.finish());
  const document = readXml(Buffer.concat(chunks).toString());
  if (document.name !== root) throw malformedXml(`<${root}> was expected, not <${document.name}>`);
  return document;
}

/** Whether the request promises any digest of its body. */
export const hasDigest = (request: S3Request) =>
  request.header("content-md5") !== undefined || promisedChecksum(request) !== undefined;

/** Ends reading; unlike the stream's own iterator it leaves the connection open for the answer. */
const chunksOf = ({ message }: S3Request): AsyncIterator<Buffer> => message.iterator({ destroyOnReturn: false });

async function* plainContent(request: S3Request): AsyncGenerator<Buffer> {
  const { "content-length": length, "transfer-encoding": encoding } = request.message.headers;
  if (length === undefined && encoding !== undefined) throw missingLength("Content-Length");
  yield* { [Symbol.asyncIterator]: () => chunksOf(request) };
}

function chunkedContent(request: S3Request, payload: string, into: Map<string, string>): AsyncGenerator<Buffer> {
  const form = streaming[payload];
  if (form === undefined) throw notImplemented(`the payload ${payload}`);
  const length = Number(request.header("x-amz-decoded-content-length") ?? Number.NaN);
  if (!Number.isSafeInteger(length) || length < 0) throw missingLength("x-amz-decoded-content-length");
  const announced = trailerNames(request);
  return decodeAwsChunked(chunksOf(request), {
    length,
    signed: form.signed,
    onTrailers(trailers) {
      if (form.signed && form.trailer !== trailers.has("x-amz-trailer-signature")) {
        throw malformedTrailer("x-amz-trailer-signature");
      }
      trailers.delete("x-amz-trailer-signature");
      for (const [name, value] of trailers) {
        if (!announced.includes(name)) throw malformedTrailer(name);
        into.set(name, value);
      }
    },
  });
}

interface PromisedChecksum {
  algorithm: ChecksumAlgorithm;
  header: string;
  /** Absent if it comes as a trailer. */
  value?: string;
}

const trailerNames = (request: S3Request) =>
  (request.header("x-amz-trailer") ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");

/** The one checksum among the headers and announced trailers. */
export function promisedChecksum(request: S3Request): PromisedChecksum | undefined {
  const named = /^x-amz-checksum-(?!algorithm$|type$|mode$)(.+)$/;
  const inHeaders = request.headerNames.filter((name) => named.test(name));
  const trailers = trailerNames(request);
  const foreign = trailers.find((name) => !named.test(name));
  if (foreign !== undefined) throw notImplemented(`the trailer ${foreign}`);
  const [header, ...others] = [...inHeaders, ...trailers];
  if (others.length > 0) {
    throw invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  }
  const wanted = request.header("x-amz-sdk-checksum-algorithm");
  if (header === undefined) {
    if (wanted !== undefined && !(wanted === "MD5" && request.header("content-md5"))) throw withoutChecksum();
    return undefined;
  }
  const algorithm = checksumAlgorithm(named.exec(header)?.[1] ?? header);
  if (wanted !== undefined && wanted.toUpperCase() !== algorithm) {
    throw invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.");
  }
  return { algorithm, header, value: request.header(header) };
}

function verifyMd5(promised: string | undefined, { md5 }: Digests): void {
  if (promised === undefined) return;
  const digest = Buffer.from(promised, "base64");
  if (digest.length !== 16) throw new S3Error("InvalidDigest", 400, "The Content-MD5 you specified was invalid.");
  if (digest.toString("hex") !== md5) throw badDigest("Content-MD5");
}

const withoutChecksum = () =>
  invalidRequest(
    "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
  );

const wrongSha256 = () =>
  new S3Error(
    "XAmzContentSHA256Mismatch",
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );

const malformedTrailer = (name: string) =>
  new S3Error("MalformedTrailerError", 400, `The request contained trailing data that was not well-formed: ${name}.`);

const missingLength = (header: string) =>
  new S3Error("MissingContentLength", 411, `You must provide the ${header} HTTP header.`);

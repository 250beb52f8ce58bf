import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { AwsError } from "./aws-error";

/** Bytes. More than any request of these services may have; Lambda's synchronous payload is 6 MB. */
const limit = 10 * 2 ** 20;

/**
 * The whole body of a request, checked against the hash that its signature covers. Throws an AwsError where they
 * differ or the body is over 10 MiB.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new AwsError("RequestEntityTooLargeException", `The body exceeds ${limit} bytes.`, 413);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const declared = request.headers["x-amz-content-sha256"];
  if (typeof declared === "string" && /^[0-9a-f]{64}$/.test(declared) && declared !== hashOf(body)) {
    throw new AwsError("XAmzContentSHA256Mismatch", "The body does not have the hash that x-amz-content-sha256 says.");
  }
  return body;
}

const hashOf = (body: Buffer) => createHash("sha256").update(body).digest("hex");

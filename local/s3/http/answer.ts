import { AwsError } from "../../aws-endpoint/aws-error";
import type { AwsCall } from "../../aws-endpoint/service";
import type { Core } from "../core";
import { S3Error } from "../s3-error";
import { checkExpectedOwner, route } from "./route";
import { pathOf, type S3Request, s3Request } from "./s3-request";
import { sendError } from "./s3-response";

/** Answers one call of the S3 REST API. Rejects with a fault of this stand-in, which the endpoint answers and reports. */
export async function answer(core: Core, call: AwsCall): Promise<void> {
  const request = s3Request(call);
  try {
    Object.assign(request, pathOf(call.request));
    checkExpectedOwner(request, core.accountId);
    await route(request).answer(core, request);
  } catch (error) {
    answerFailure(request, error);
  } finally {
    // What is left of a body that was refused: the client may not read the answer before it has sent everything.
    request.message.resume();
  }
}

function answerFailure(request: S3Request, error: unknown): void {
  // The client has left: it gets no answer, and what it had sent is gone. (The response's own socket says nothing: it
  // has none while the answer before it on the same connection is being finished.)
  if (request.message.socket.destroyed) return;
  if (request.response.headersSent || !(error instanceof AwsError)) throw error;
  sendError(request, error instanceof S3Error ? error : new S3Error(error.code, error.status, error.message));
}

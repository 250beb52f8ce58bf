import { type handleUnaryCall, status } from "@grpc/grpc-js";

/**
 * A gRPC method that answers once; what it throws reaches the engine as one line. `peer` is the connection's other end:
 * the engine opens one for each instance of a provider.
 */
export function unary<Request, Response>(
  answer: (request: Request, peer: string) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    (async () => answer(call.request, call.getPeer()))().then(
      (response) => callback(null, response),
      (error: unknown) =>
        callback({ code: status.UNKNOWN, message: error instanceof Error ? error.message : String(error) }),
    );
  };
}

import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Clock, systemClock } from "../clock";
import { AwsError } from "./aws-error";
import { checkSessionPolicy } from "./check-session-policy";
import type { CredentialRegistry } from "./credentials";
import { answerError, commonErrorCodes, type Protocol, protocolOf } from "./protocol";
import type { Authorize, AwsService, Principal } from "./service";
import { readSignature, type Signature, signatureMatches } from "./signature";

export interface AwsEndpoint {
  /** What AWS_ENDPOINT_URL must be: `http://127.0.0.1:<port>`. */
  url: string;
  register(service: AwsService): void;
  /** Ends long polls, waits a moment for calls under way, closes every connection. */
  stop(): Promise<void>;
}

export interface AwsEndpointOptions {
  credentials: Pick<CredentialRegistry, "find">;
  services?: readonly AwsService[];
  /** Evaluates the policies besides a session's own; everything is allowed where absent. */
  authorize?: Authorize;
  /** Told of what is no answer of AWS but a fault in a stand-in. */
  onFault?: (error: unknown) => void;
  clock?: Pick<Clock, "now">;
}

/** Milliseconds. AWS refuses a signature made more than five minutes (S3: fifteen) before or after its own time. */
const largestSkew = { s3: 15 * 60_000, others: 5 * 60_000 };
/** Milliseconds that `stop` leaves calls under way. */
const grace = 1000;
const emptyHash = createHash("sha256").digest("hex");

/**
 * Starts the endpoint that stands for all AWS services of one region on 127.0.0.1. Each call's SigV4 signature is
 * verified, its principal looked up by access key, and the call handed to the service which its credential scope names.
 */
export async function startAwsEndpoint(options: AwsEndpointOptions): Promise<AwsEndpoint> {
  const services = new Map<string, AwsService>();
  const register = (service: AwsService) => void services.set(service.scope, service);
  for (const service of options.services ?? []) register(service);
  const stopping = new AbortController();
  const server = createServer((request, response) => {
    void serve(request, response, { ...options, services, stopping: stopping.signal });
    // A connection whose answer was under way when the endpoint stopped goes idle only afterwards.
    response.once("close", () => {
      if (stopping.signal.aborted) setImmediate(() => server.closeIdleConnections());
    });
  });
  // SDK clients keep idle connections for as long as they like; closing one under a request would fail it.
  Object.assign(server, { keepAliveTimeout: 0, requestTimeout: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the AWS endpoint has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    register,
    async stop() {
      stopping.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      const cancel = systemClock.after(grace, () => server.closeAllConnections());
      server.closeIdleConnections();
      await closed;
      cancel();
    },
  };
}

interface ServeContext extends Omit<AwsEndpointOptions, "services"> {
  services: ReadonlyMap<string, AwsService>;
  stopping: AbortSignal;
}

async function serve(request: IncomingMessage, response: ServerResponse, context: ServeContext): Promise<void> {
  const signed = { method: request.method ?? "GET", target: request.url ?? "/", headers: request.headers };
  const signature = readSignature(signed);
  const protocol = protocolOf(request, signature?.service);
  const requestId = randomUUID();
  response.setHeader(protocol === "s3" ? "x-amz-request-id" : "x-amzn-requestid", requestId);
  if (context.stopping.aborted) response.setHeader("connection", "close");
  try {
    if (!signature) {
      throw new AwsError(commonErrorCodes.unsigned[protocol], "Request is missing Authentication Token", 403);
    }
    const principal = authenticate(signed, signature, protocol, context);
    const service = context.services.get(signature.service);
    if (!service) {
      throw new AwsError("NoStandIn", `The service "${signature.service}" has no local stand-in.`, 501);
    }
    await service.handle({
      ...{ principal, request, response, requestId, region: signature.region },
      url: new URL(signed.target, `http://${request.headers.host ?? "127.0.0.1"}`),
      authorize(access) {
        checkSessionPolicy(principal, access);
        context.authorize?.({ ...access, principal });
      },
      signal: callSignal(response, context.stopping),
    });
  } catch (error) {
    if (!(error instanceof AwsError)) (context.onFault ?? console.error)(error);
    answerError(
      { request, response, protocol, requestId },
      error instanceof AwsError ? error : new AwsError("InternalFailure", `A stand-in failed: ${error}`, 500),
    );
  }
}

/** Whose call it is. Throws what AWS answers to an unknown key, a wrong signature or token, or a stale date. */
function authenticate(
  request: Parameters<typeof signatureMatches>[0],
  signature: Signature,
  protocol: Protocol,
  { credentials, clock = systemClock }: ServeContext,
): Principal {
  const refuse = (kind: keyof typeof commonErrorCodes, message: string) =>
    new AwsError(commonErrorCodes[kind][protocol], message, 403);
  const known = credentials.find(signature.accessKeyId);
  if (!known) throw refuse("unknownAccessKey", "The security token included in the request is invalid.");
  if (signature.sessionToken !== known.credentials.sessionToken) {
    throw refuse("wrongSessionToken", "The security token included in the request is invalid.");
  }
  const signedAt = Date.parse(
    signature.timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  );
  const age = clock.now().getTime() - signedAt;
  const allowed = protocol === "s3" ? largestSkew.s3 : largestSkew.others;
  if (!(-age <= allowed && age <= (signature.expires === undefined ? allowed : signature.expires * 1000))) {
    throw refuse("tooOld", `Signature expired or not yet current: it says ${signature.timestamp}.`);
  }
  const payloadHash = signature.payloadHash ?? (hasBody(request) ? undefined : emptyHash);
  if (payloadHash === undefined) {
    throw refuse(
      "wrongSignature",
      "The local endpoint needs the header x-amz-content-sha256 on a request with a body.",
    );
  }
  if (!signatureMatches(request, signature, payloadHash, known.credentials.secretAccessKey)) {
    throw refuse(
      "wrongSignature",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    );
  }
  return known.principal;
}

const hasBody = ({ headers }: { headers: IncomingMessage["headers"] | Record<string, unknown> }) =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** Aborts when the client leaves before its answer, or the endpoint stops: what ends a long poll. */
function callSignal(response: ServerResponse, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  return AbortSignal.any([gone.signal, stopping]);
}

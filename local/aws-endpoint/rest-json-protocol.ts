import { AwsError } from "./aws-error";
import { readBody } from "./body";
import { parseJson } from "./json-protocol";
import type { AwsCall } from "./service";

export interface RestRequest {
  /** The `{name}` parts of the route, decoded. */
  parameters: Record<string, string>;
  query: URLSearchParams;
  rawBody: Buffer;
  /** The body as JSON; throws a SerializationException where it is none. */
  json(): unknown;
}

export interface RestAnswer {
  /** 200 where absent. */
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON, a Buffer as it is, nothing where absent. */
  body?: object | Buffer;
}

/** One operation of a REST-JSON service. */
export type RestOperation = (request: RestRequest, call: AwsCall) => Promise<RestAnswer>;

/** Answers a call of a REST-JSON service. Routes are keyed `POST /2015-03-31/functions/{name}/invocations`. */
export async function answerRestJson(call: AwsCall, routes: Record<string, RestOperation>): Promise<void> {
  const { request, response, url } = call;
  const route = `${request.method} ${url.pathname}`;
  for (const [pattern, operation] of Object.entries(routes)) {
    const parameters = matchRoute(pattern, route);
    if (!parameters) continue;
    const rawBody = await readBody(request);
    const answer = await operation(
      { parameters, query: url.searchParams, rawBody, json: () => parseJson(rawBody) },
      call,
    );
    if (response.destroyed) return;
    response.statusCode = answer.status ?? 200;
    if (answer.body !== undefined) response.setHeader("content-type", "application/json");
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    response.end(
      answer.body instanceof Buffer || answer.body === undefined ? answer.body : JSON.stringify(answer.body),
    );
    return;
  }
  throw new AwsError("UnknownOperationException", `The local stand-in does not implement ${route}.`, 404);
}

function matchRoute(pattern: string, route: string): Record<string, string> | undefined {
  const expected = pattern.split("/");
  const found = route.replace(/\/$/, "").split("/");
  if (expected.length !== found.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const actual = found[index] ?? "";
    if (part.startsWith("{")) parameters[part.slice(1, -1)] = decodeURIComponent(actual);
    else if (part !== actual) return undefined;
  }
  return parameters;
}

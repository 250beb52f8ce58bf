import type { AwsAccount } from "../aws-endpoint/account";
import { AwsError } from "../aws-endpoint/aws-error";
import { readBody } from "../aws-endpoint/body";
import type { AwsCall, AwsService } from "../aws-endpoint/service";
import { type Clock, systemClock } from "../clock";
import type { LambdaService } from "../lambda/lambda-service";
import { type FoundMethod, findMethod } from "./find-method";
import { proxyEvent } from "./proxy-event";
import { type ProxyResponse, proxyResponse } from "./proxy-response";
import { RestApi, randomId } from "./rest-api";

export interface ApiGatewayOptions {
  account: AwsAccount;
  /** Invoke URLs lie under it: `<endpointUrl>/restapis/<api>/<stage>`. */
  endpointUrl: string;
  lambda: Pick<LambdaService, "invoke">;
  /** Told why a call was answered with 500 or 502, which the caller does not learn. */
  onProblem?: (problem: string) => void;
  clock?: Clock;
}

/** What the gateway itself answers: a status and a message. */
class GatewayError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** REST APIs with IAM authorization in front of functions. It never caches: each call reaches the function. */
export class ApiGatewayService implements AwsService {
  readonly scope = "execute-api";
  readonly account: AwsAccount;
  readonly #options: ApiGatewayOptions;
  readonly #clock: Clock;
  readonly #apis = new Map<string, RestApi>();

  constructor(options: ApiGatewayOptions) {
    this.account = options.account;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  createApi(name: string): RestApi {
    const api = new RestApi(randomId(), name);
    this.#apis.set(api.id, api);
    return api;
  }

  removeApi(id: string): void {
    this.#apis.delete(id);
  }

  api(id: string): RestApi {
    const api = this.#apis.get(id);
    if (!api) throw new Error(`there is no REST API ${id}`);
    return api;
  }

  /** `arn:aws:execute-api:<region>:<account>:<api>` */
  executionArn(apiId: string): string {
    return `arn:aws:execute-api:${this.account.region}:${this.account.accountId}:${apiId}`;
  }

  invokeUrl(apiId: string, stage: string): string {
    return `${this.#options.endpointUrl}/restapis/${apiId}/${stage}`;
  }

  async handle(call: AwsCall): Promise<void> {
    const { response, request } = call;
    try {
      const { status, headers, body } = await this.#answer(call);
      if (!response.destroyed) response.writeHead(status, headers).end(body);
    } catch (error) {
      if (!(error instanceof GatewayError) && !(error instanceof AwsError)) throw error;
      // A body that nobody read would be taken for the next request.
      request.resume();
      response.writeHead(error.status, { "content-type": "application/json" });
      response.end(JSON.stringify({ message: error.message }));
    }
  }

  async #answer(call: AwsCall): Promise<ProxyResponse> {
    const { request, url, requestId, principal } = call;
    const [, , apiId = "", stageName = "", ...rest] = url.pathname.split("/");
    const stage = this.#apis.get(apiId)?.stages.get(stageName);
    if (!url.pathname.startsWith("/restapis/") || !stage) throw new GatewayError(403, "Forbidden");
    const path = `/${rest.join("/")}`;
    const found = findMethod(stage.deployment.methods, request.method ?? "GET", path);
    // This is what API Gateway says to a route that it does not know, signed or not.
    if (!found) throw new GatewayError(403, "Missing Authentication Token");
    const method = `${this.executionArn(apiId)}/${stageName}/${request.method}${path}`;
    const { policy } = stage.deployment;
    call.authorize({ action: "execute-api:Invoke", resource: method, ...(policy && { resourcePolicy: policy }) });
    const event = proxyEvent({
      ...found,
      ...{ request, path, apiId, requestId, stage: stageName, stageVariables: stage.variables },
      query: url.searchParams,
      body: await readBody(request),
      accountId: this.account.accountId,
      roleArn: principal.roleArn,
      at: this.#clock.now(),
    });
    return this.#invoke(found, event, this.#sourceArn(apiId, stageName, request.method ?? "GET", found));
  }

  async #invoke({ method }: FoundMethod, event: object, sourceArn: string): Promise<ProxyResponse> {
    const source = { principal: "apigateway.amazonaws.com", sourceArn };
    const invoked = this.#options.lambda.invoke(method.functionArn, event, source).catch((error: unknown) => {
      if (!(error instanceof AwsError)) throw error;
      this.#options.onProblem?.(`${sourceArn}: ${error.message}`);
      throw new GatewayError(500, "Internal server error");
    });
    const result = await Promise.race([invoked, this.#timeout(method.timeoutMilliseconds, invoked)]);
    const response = result.functionError ? undefined : proxyResponse(result.payload);
    if (response) return response;
    const problem = result.functionError ? "the function failed" : "malformed Lambda proxy response";
    this.#options.onProblem?.(`${sourceArn}: ${problem}: ${result.payload}`);
    throw new GatewayError(502, "Internal server error");
  }

  #timeout(milliseconds: number, ended: Promise<unknown>): Promise<never> {
    return new Promise((_, reject) => {
      const late = () => reject(new GatewayError(504, "Endpoint request timed out"));
      const cancel = this.#clock.after(milliseconds, late);
      ended.then(cancel, cancel);
    });
  }

  /** Path parameters are wildcards here, as in the permissions that API Gateway's own console makes. */
  #sourceArn(apiId: string, stage: string, httpMethod: string, { method }: FoundMethod): string {
    const path = method.path.replaceAll(/\{[^}]+\}/g, "*");
    return `${this.executionArn(apiId)}/${stage}/${httpMethod}${path}`;
  }
}

import { AwsError } from "../aws-endpoint/aws-error";
import { answerRestJson, type RestAnswer, type RestOperation } from "../aws-endpoint/rest-json-protocol";
import type { AwsCall, AwsService } from "../aws-endpoint/service";
import type { LambdaService } from "./lambda-service";

/** Lambda's API as far as the service's functions and operators use it: Invoke and GetFunction. */
export function lambdaApi(lambda: LambdaService): AwsService {
  const routes: Record<string, RestOperation> = {
    "POST /2015-03-31/functions/{function}/invocations": async (request, call) => {
      const { configuration } = find(lambda, request.parameters, request.query);
      call.authorize({ action: "lambda:InvokeFunction", resource: configuration.arn });
      return invoke(lambda, configuration.name, request.json(), call);
    },
    "GET /2015-03-31/functions/{function}": async (request, call) => {
      const { configuration } = find(lambda, request.parameters, request.query);
      call.authorize({ action: "lambda:GetFunction", resource: configuration.arn });
      return {
        body: {
          Configuration: {
            FunctionName: configuration.name,
            FunctionArn: configuration.arn,
            Runtime: configuration.runtime,
            Role: configuration.roleArn,
            Handler: configuration.handler,
            CodeSize: configuration.code.size,
            CodeSha256: configuration.code.sha256,
            Timeout: configuration.timeoutSeconds,
            MemorySize: configuration.memorySizeMb,
            Version: "$LATEST",
            PackageType: "Zip",
            State: "Active",
            LastUpdateStatus: "Successful",
            Environment: { Variables: configuration.environment },
          },
          ...(configuration.reservedConcurrency !== undefined && {
            Concurrency: { ReservedConcurrentExecutions: configuration.reservedConcurrency },
          }),
        },
      };
    },
  };
  return { scope: "lambda", handle: (call) => answerRestJson(call, routes) };
}

function find(lambda: LambdaService, parameters: Record<string, string>, query: URLSearchParams) {
  const qualifier = query.get("Qualifier");
  return lambda.find(`${parameters.function}${qualifier ? `:${qualifier}` : ""}`);
}

async function invoke(lambda: LambdaService, name: string, payload: unknown, call: AwsCall): Promise<RestAnswer> {
  const { headers } = call.request;
  if (headers["x-amz-log-type"] === "Tail") {
    throw new AwsError("InvalidParameterValueException", "The local Lambda does not implement LogType Tail.");
  }
  const headersOut: Record<string, string> = { "x-amz-executed-version": "$LATEST" };
  switch (headers["x-amz-invocation-type"] ?? "RequestResponse") {
    case "RequestResponse": {
      const result = await lambda.invoke(name, payload);
      if (result.functionError) headersOut["x-amz-function-error"] = result.functionError;
      return { headers: headersOut, body: Buffer.from(result.payload) };
    }
    case "Event":
      lambda.invokeEvent(name, payload);
      return { status: 202 };
    case "DryRun":
      return { status: 204 };
    default:
      throw new AwsError(
        "InvalidParameterValueException",
        `Unknown InvocationType ${headers["x-amz-invocation-type"]}.`,
      );
  }
}

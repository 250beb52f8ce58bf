import * as aws from "@pulumi/aws";
import { interpolate, jsonStringify, type Output } from "@pulumi/pulumi";
import type { Keys } from "./encryption";
import { logGroup } from "./log-group";
import { allow, policyDocument } from "./policy-document";
import type { QuaysideFunction } from "./quayside-function";
import { onBehalfOf, serviceRole } from "./service-role";
import type { Stack } from "./stack";

export interface LoginApi {
  /** Transfer Family appends the path of the one resource. */
  url: Output<string>;
  /** Transfer Family signs its calls with it; nobody else may call. */
  invocationRole: aws.iam.Role;
}

const stageName = "logins";
/** Transfer Family's own path for custom identity providers. */
const path = ["servers", "{serverId}", "users", "{username}", "config"];
/** The same in an ARN. */
const anyLogin = "servers/*/users/*/config";

/** The API that Transfer Family asks at each login: one GET, signed, answered by the authorize function. */
export function loginApi(stack: Stack, keys: Keys, authorize: QuaysideFunction): LoginApi {
  const api = new aws.apigateway.RestApi("logins", {
    name: `${stack.prefix}-logins`,
    description: "Identity provider of the partner endpoint",
    // Transfer Family calls from outside any VPC and accepts neither private APIs nor custom domains.
    endpointConfiguration: { types: "REGIONAL" },
  });
  const invocationRole = roleOfTransferFamily(stack, api);
  const policy = onlyFor(stack, api, invocationRole);
  const { method, integration } = loginMethod(api, authorize);
  new aws.lambda.Permission("authorize", {
    function: authorize.function.name,
    action: "lambda:InvokeFunction",
    principal: "apigateway.amazonaws.com",
    sourceArn: interpolate`${api.executionArn}/${stageName}/GET/${anyLogin}`,
  });
  const deployment = new aws.apigateway.Deployment(
    "logins",
    {
      restApi: api.id,
      // A deployment is a snapshot: what is not in here would change without taking effect.
      triggers: {
        definition: jsonStringify([policy.policy, method.authorization, method.requestParameters, integration.uri]),
      },
    },
    { dependsOn: [method, integration, policy] },
  );
  const stage = stageWithLog(stack, keys, api, deployment);
  return { url: stage.invokeUrl, invocationRole };
}

function roleOfTransferFamily(stack: Stack, api: aws.apigateway.RestApi): aws.iam.Role {
  const role = serviceRole(stack, "transfer-login", {
    service: "transfer.amazonaws.com",
    // The server's id is not known yet.
    condition: onBehalfOf(stack, stack.arn("transfer", "server/*")),
  });
  new aws.iam.RolePolicy("transfer-login", {
    role: role.name,
    policy: policyDocument(
      allow("execute-api:Invoke", interpolate`${api.executionArn}/${stageName}/GET/${anyLogin}`),
      // As AWS's own templates for identity providers have it; they do not say what for.
      allow("apigateway:GET", [api.arn, interpolate`${api.arn}/*`]),
    ),
  });
  return role;
}

/** Closes the API to everybody but Transfer Family, whatever other roles of the account may do. */
function onlyFor(stack: Stack, api: aws.apigateway.RestApi, role: aws.iam.Role): aws.apigateway.RestApiPolicy {
  const everything = interpolate`${api.executionArn}/*`;
  return new aws.apigateway.RestApiPolicy("logins", {
    restApiId: api.id,
    policy: policyDocument(
      {
        Effect: "Allow",
        // For some seconds a new role is no valid principal yet, so it is named by a condition, which nobody looks up.
        Principal: { AWS: `arn:aws:iam::${stack.accountId}:root` },
        Action: "execute-api:Invoke",
        Resource: everything,
        Condition: { ArnEquals: { "aws:PrincipalArn": role.arn } },
      },
      {
        Effect: "Deny",
        Principal: "*",
        Action: "execute-api:Invoke",
        Resource: everything,
        Condition: { StringNotEquals: { "aws:PrincipalArn": role.arn } },
      },
    ),
  });
}

function loginMethod(api: aws.apigateway.RestApi, authorize: QuaysideFunction) {
  let parentId = api.rootResourceId;
  for (const [depth, pathPart] of path.entries()) {
    const name = path.slice(0, depth + 1).join("/");
    parentId = new aws.apigateway.Resource(name, { restApi: api.id, parentId, pathPart }).id;
  }
  const method = new aws.apigateway.Method("login", {
    restApi: api.id,
    resourceId: parentId,
    httpMethod: "GET",
    authorization: "AWS_IAM",
    requestParameters: {
      "method.request.header.Password": false,
      "method.request.header.PasswordBase64": false,
      "method.request.path.serverId": true,
      "method.request.path.username": true,
      "method.request.querystring.protocol": false,
      "method.request.querystring.sourceIp": false,
    },
  });
  const integration = new aws.apigateway.Integration("login", {
    restApi: api.id,
    resourceId: parentId,
    httpMethod: method.httpMethod,
    type: "AWS_PROXY",
    integrationHttpMethod: "POST",
    uri: authorize.function.invokeArn,
  });
  return { method, integration };
}

function stageWithLog(
  stack: Stack,
  keys: Keys,
  api: aws.apigateway.RestApi,
  deployment: aws.apigateway.Deployment,
): aws.apigateway.Stage {
  const log = logGroup(stack, keys, "logins", `/aws/apigateway/${stack.prefix}-logins`);
  const stage = new aws.apigateway.Stage(
    "logins",
    {
      restApi: api.id,
      deployment: deployment.id,
      stageName,
      xrayTracingEnabled: true,
      accessLogSettings: {
        destinationArn: log.arn,
        format: JSON.stringify({
          requestId: "$context.requestId",
          time: "$context.requestTime",
          path: "$context.path",
          caller: "$context.identity.caller",
          status: "$context.status",
          milliseconds: "$context.responseLatency",
          error: "$context.error.message",
        }),
      },
    },
    { dependsOn: accountLogging(stack) },
  );
  new aws.apigateway.MethodSettings("logins", {
    restApi: api.id,
    stageName: stage.stageName,
    methodPath: "*/*",
    settings: {
      metricsEnabled: true,
      // Execution logs and data traces would hold passwords: they travel in this API's headers.
      loggingLevel: "OFF",
      dataTraceEnabled: false,
      // Logins a second. Cognito allows 120 of a whole account; more is an attack or a client gone wild.
      throttlingRateLimit: 100,
      throttlingBurstLimit: 200,
    },
  });
  return stage;
}

/**
 * API Gateway writes logs with one role for the whole account and region, which one stack at most should set. Without
 * `manageApiGatewayAccount`, somebody else has set it.
 */
function accountLogging(stack: Stack): aws.apigateway.Account[] {
  if (!stack.config.manageApiGatewayAccount) return [];
  const role = serviceRole(stack, "api-logs", { service: "apigateway.amazonaws.com" });
  // API Gateway refuses a role with less than this policy, which names every log group of the account.
  const policy = new aws.iam.RolePolicyAttachment("api-logs", {
    role: role.name,
    policyArn: "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
  });
  return [new aws.apigateway.Account("logs", { cloudwatchRoleArn: role.arn }, { dependsOn: [policy] })];
}

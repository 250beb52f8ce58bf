import * as z from "zod";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { physicalName } from "../program/physical-name";
import { readInputs } from "../program/read-inputs";
import type { ApiGatewayService } from "./api-gateway-service";

const notImplemented = z.undefined("is not implemented by the local API Gateway").optional();
const never = z.literal(false, "is not implemented by the local API Gateway").optional();

export function apiGatewayHandlers(gateway: ApiGatewayService): ResourceHandlers {
  return {
    "aws:apigateway/restApi:RestApi": restApiHandler(gateway),
    "aws:apigateway/resource:Resource": resourceHandler(gateway),
    "aws:apigateway/method:Method": methodHandler(gateway),
    "aws:apigateway/integration:Integration": integrationHandler(gateway),
    "aws:apigateway/deployment:Deployment": deploymentHandler(gateway),
    "aws:apigateway/stage:Stage": stageHandler(gateway),
    "aws:apigateway/methodSettings:MethodSettings": methodSettingsHandler(),
    "aws:apigateway/restApiPolicy:RestApiPolicy": restApiPolicyHandler(gateway),
  };
}

const restApi = z.looseObject({
  name: z.string().optional(),
  policy: z.string().optional(),
  endpointConfiguration: z
    .looseObject({ types: z.string().refine((type) => type !== "PRIVATE", "private APIs have no local stand-in") })
    .optional(),
  body: notImplemented,
  disableExecuteApiEndpoint: never,
});

function restApiHandler(gateway: ApiGatewayService): ResourceHandler {
  const put = (id: string, policy: string | undefined) => {
    const api = gateway.api(id);
    api.policy = policy;
    return {
      name: api.name,
      rootResourceId: api.rootResourceId,
      executionArn: gateway.executionArn(id),
      arn: `arn:aws:apigateway:${gateway.account.region}::/restapis/${id}`,
    };
  };
  return {
    async create(inputs, resourceName) {
      const read = readInputs(restApi, inputs, resourceName);
      const { id } = gateway.createApi(read.name ?? physicalName(resourceName));
      return { id, outputs: { ...put(id, read.policy), createdDate: new Date().toISOString() } };
    },
    replaceOn: ["name"],
    async update(id, inputs) {
      const read = readInputs(restApi, inputs, id);
      // Without a policy of its own it keeps what a RestApiPolicy gave it.
      return { outputs: put(id, read.policy ?? gateway.api(id).policy) };
    },
    async delete(id) {
      gateway.removeApi(id);
    },
  };
}

const resource = z.looseObject({
  restApi: z.string(),
  parentId: z.string(),
  pathPart: z.string().regex(/^([\w.:-]+|\{[\w.-]+\+?\})$/),
});

function resourceHandler(gateway: ApiGatewayService): ResourceHandler {
  const put = (inputs: Properties, name: string, existing?: string) => {
    const read = readInputs(resource, inputs, name);
    const api = gateway.api(read.restApi);
    const id = api.putResource(read.parentId, read.pathPart, existing);
    return { id, outputs: { path: api.path(id) } };
  };
  return {
    create: async (inputs, name) => put(inputs, name),
    replaceOn: ["restApi"],
    update: async (id, inputs) => put(inputs, id, id),
    async delete(id, inputs) {
      ifPresent(gateway, inputs.restApi)?.removeResource(id);
    },
  };
}

const method = z.looseObject({
  restApi: z.string(),
  resourceId: z.string(),
  httpMethod: z.string(),
  authorization: z.literal("AWS_IAM", "only AWS_IAM has a local stand-in"),
  apiKeyRequired: never,
  requestValidatorId: notImplemented,
});

function methodHandler(gateway: ApiGatewayService): ResourceHandler {
  return {
    async create(inputs, name) {
      const { restApi: api, resourceId, httpMethod } = readInputs(method, inputs, name);
      gateway.api(api).methods.set(methodKey(inputs), { resourceId, httpMethod });
      return { id: `agm-${api}-${resourceId}-${httpMethod}`, outputs: {} };
    },
    replaceOn: placeOfMethod,
    async update(id, inputs) {
      readInputs(method, inputs, id);
      return { outputs: {} };
    },
    async delete(_id, inputs) {
      ifPresent(gateway, inputs.restApi)?.methods.delete(methodKey(inputs));
    },
  };
}

const integration = z.looseObject({
  restApi: z.string(),
  type: z.literal("AWS_PROXY", "only AWS_PROXY, to a function, has a local stand-in"),
  integrationHttpMethod: z.literal("POST", "must be POST: that is how Lambda is invoked"),
  uri: z.string().regex(/:lambda:path\/2015-03-31\/functions\/.+\/invocations$/, "must be a function's invokeArn"),
  timeoutMilliseconds: z.number().min(50).max(29_000).default(29_000),
  credentials: notImplemented,
  connectionId: notImplemented,
});

function integrationHandler(gateway: ApiGatewayService): ResourceHandler {
  const put = (inputs: Properties, name: string) => {
    const read = readInputs(integration, inputs, name);
    const target = gateway.api(read.restApi).methods.get(methodKey(inputs));
    if (!target) throw new Error(`there is no method ${methodKey(inputs)} for this integration`);
    const functionArn = read.uri.replace(/^.*\/functions\/(.+)\/invocations$/, "$1");
    target.integration = { functionArn, timeoutMilliseconds: read.timeoutMilliseconds };
  };
  return {
    async create(inputs, name) {
      put(inputs, name);
      return { id: `agi-${inputs.restApi}-${inputs.resourceId}-${inputs.httpMethod}`, outputs: {} };
    },
    replaceOn: placeOfMethod,
    async update(id, inputs) {
      put(inputs, id);
      return { outputs: {} };
    },
    async delete(_id, inputs) {
      const target = ifPresent(gateway, inputs.restApi)?.methods.get(methodKey(inputs));
      if (target) target.integration = undefined;
    },
  };
}

/** What a deployment froze is served as long as a stage names it, even after the deployment was deleted. */
function deploymentHandler(gateway: ApiGatewayService): ResourceHandler {
  return {
    async create(inputs) {
      const id = gateway.api(String(inputs.restApi)).deploy();
      return { id, outputs: { createdDate: new Date().toISOString() } };
    },
    replaceOn: ["restApi", "triggers"],
    update: async () => ({ outputs: {} }),
    async delete(id, inputs) {
      ifPresent(gateway, inputs.restApi)?.deployments.delete(id);
    },
  };
}

const stage = z.looseObject({
  restApi: z.string(),
  deployment: z.string(),
  stageName: z.string().regex(/^\w+$/),
  variables: z.record(z.string(), z.string()).default({}),
  cacheClusterEnabled: never,
  canarySettings: notImplemented,
});

function stageHandler(gateway: ApiGatewayService): ResourceHandler {
  const put = (inputs: Properties, name: string) => {
    const { restApi: apiId, stageName, deployment, variables } = readInputs(stage, inputs, name);
    const api = gateway.api(apiId);
    api.stages.set(stageName, { deployment: api.findDeployment(deployment), variables });
    return {
      id: `ags-${apiId}-${stageName}`,
      outputs: {
        invokeUrl: gateway.invokeUrl(apiId, stageName),
        executionArn: `${gateway.executionArn(apiId)}/${stageName}`,
        arn: `arn:aws:apigateway:${gateway.account.region}::/restapis/${apiId}/stages/${stageName}`,
      },
    };
  };
  return {
    create: async (inputs, name) => put(inputs, name),
    replaceOn: ["restApi", "stageName"],
    update: async (id, inputs) => put(inputs, id),
    async delete(_id, inputs) {
      ifPresent(gateway, inputs.restApi)?.stages.delete(String(inputs.stageName));
    },
  };
}

const methodSettings = z.looseObject({
  restApi: z.string(),
  stageName: z.string(),
  methodPath: z.string(),
  settings: z.looseObject({ cachingEnabled: never }),
});

/** Recorded: nothing here is throttled, measured or logged. */
function methodSettingsHandler(): ResourceHandler {
  const idOf = (inputs: Properties, name: string) => {
    const read = readInputs(methodSettings, inputs, name);
    return `${read.restApi}-${read.stageName}-${read.methodPath}`;
  };
  return {
    create: async (inputs, name) => ({ id: idOf(inputs, name), outputs: {} }),
    replaceOn: ["restApi", "stageName", "methodPath"],
    async update(id, inputs) {
      readInputs(methodSettings, inputs, id);
      return { outputs: {} };
    },
    delete: async () => {},
  };
}

/** As all that belongs to an API, a policy takes effect with the next deployment. */
function restApiPolicyHandler(gateway: ApiGatewayService): ResourceHandler {
  const put = (inputs: Properties) => {
    const id = String(inputs.restApiId);
    gateway.api(id).policy = String(inputs.policy);
    return { id, outputs: {} };
  };
  return {
    create: async (inputs) => put(inputs),
    replaceOn: ["restApiId"],
    update: async (_id, inputs) => put(inputs),
    async delete(id) {
      const api = ifPresent(gateway, id);
      if (api) api.policy = undefined;
    },
  };
}

/** What a method is, and what belongs to it: elsewhere it is another. */
const placeOfMethod = ["restApi", "resourceId", "httpMethod"];

function methodKey({ resourceId, httpMethod }: Properties): string {
  return `${httpMethod} ${resourceId}`;
}

/** The API, or nothing where it was deleted before its parts were. */
function ifPresent(gateway: ApiGatewayService, id: unknown) {
  try {
    return gateway.api(String(id));
  } catch {
    return undefined;
  }
}

import type { ResourceHandler } from "../../program/handler";
import { physicalName } from "../../program/physical-name";
import { functionCode } from "../function-code";
import { type FunctionConfiguration, readFunctionInputs } from "../function-configuration";
import type { LambdaService } from "../lambda-service";

/** `aws:lambda/function:Function`. An update deploys anew, so changed code on disk takes effect. */
export function functionHandler(lambda: LambdaService): ResourceHandler {
  const deploy = async (name: string, inputs: Record<string, unknown>) => {
    const configuration = await readConfiguration(lambda, name, inputs);
    try {
      await lambda.deploy(configuration);
    } catch (error) {
      await configuration.code.remove();
      throw error;
    }
    return outputs(lambda, configuration);
  };
  return {
    async create(inputs, resourceName) {
      const name = typeof inputs.name === "string" ? inputs.name : physicalName(resourceName);
      return { id: name, outputs: await deploy(name, inputs) };
    },
    replaceOn: ["name"],
    async update(id, inputs) {
      return { outputs: await deploy(id, inputs) };
    },
    delete: (id) => lambda.remove(id),
  };
}

async function readConfiguration(
  { account, temporaryFolder }: LambdaService,
  name: string,
  inputs: Record<string, unknown>,
): Promise<FunctionConfiguration> {
  const read = readFunctionInputs(inputs, name);
  return {
    name,
    arn: `arn:aws:lambda:${account.region}:${account.accountId}:function:${name}`,
    roleArn: read.role,
    handler: read.handler,
    runtime: read.runtime,
    timeoutSeconds: read.timeout,
    memorySizeMb: read.memorySize,
    environment: read.environment?.variables ?? {},
    logGroupName: read.loggingConfig?.logGroup ?? `/aws/lambda/${name}`,
    code: await functionCode(read.code, temporaryFolder),
    ...(read.reservedConcurrentExecutions >= 0 && { reservedConcurrency: read.reservedConcurrentExecutions }),
    ...(read.fileSystemConfig && { fileSystem: read.fileSystemConfig }),
    ...(read.deadLetterConfig && { deadLetterTargetArn: read.deadLetterConfig.targetArn }),
  };
}

function outputs({ account }: LambdaService, configuration: FunctionConfiguration) {
  const { name, arn, code } = configuration;
  const invokeArn = (function_: string) =>
    `arn:aws:apigateway:${account.region}:lambda:path/2015-03-31/functions/${function_}/invocations`;
  return {
    name,
    arn,
    invokeArn: invokeArn(arn),
    qualifiedArn: `${arn}:$LATEST`,
    qualifiedInvokeArn: invokeArn(`${arn}:$LATEST`),
    version: "$LATEST",
    codeSha256: code.sha256,
    sourceCodeHash: code.sha256,
    sourceCodeSize: code.size,
    lastModified: new Date().toISOString(),
    timeout: configuration.timeoutSeconds,
    memorySize: configuration.memorySizeMb,
    loggingConfig: { logFormat: "Text", logGroup: configuration.logGroupName },
  };
}

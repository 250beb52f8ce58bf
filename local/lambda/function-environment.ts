import { dirname } from "node:path";
import type { AwsCredentials } from "../aws-endpoint/credentials";
import type { FunctionConfiguration } from "./function-configuration";

/** Where the Lambda runtime keeps the authorities that it trusts, RDS's among them. */
const runtimeAuthorities = "/var/runtime/ca-cert.pem";

/** Variables that Lambda sets itself and refuses in a function's configuration. */
export const reservedVariables = [
  ...["_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"],
  ...["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"],
  ...["AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"],
  ...["AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
  ...["AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"],
];

export interface FunctionSurroundings {
  region: string;
  /** The local AWS endpoint. */
  endpointUrl: string;
  credentials: AwsCredentials;
  /** PEM file that stands for the runtime's own list of authorities. */
  certificateAuthorityFile: string;
  /** The folder that stands for the function's `/tmp`; without one it is this machine's. */
  temporaryFolder?: string;
  /** The folder that stands for what is mounted at the function's `localMountPath`. */
  mountedFolder?: string;
}

/** All that a function's process sees: its own variables and what Lambda adds, nothing of this machine. */
export function functionEnvironment(
  configuration: FunctionConfiguration,
  around: FunctionSurroundings,
): Record<string, string> {
  const own = Object.entries(configuration.environment).map(([name, value]) => [
    name,
    localPath(value, configuration.fileSystem?.localMountPath, around),
  ]);
  return {
    LANG: "en_US.UTF-8",
    TZ: "UTC",
    ...(around.temporaryFolder !== undefined && { TMPDIR: around.temporaryFolder }),
    ...Object.fromEntries(own),
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    AWS_REGION: around.region,
    AWS_DEFAULT_REGION: around.region,
    AWS_ACCESS_KEY_ID: around.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: around.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: around.credentials.sessionToken,
    AWS_ENDPOINT_URL: around.endpointUrl,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: configuration.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memorySizeMb),
    AWS_LAMBDA_LOG_GROUP_NAME: configuration.logGroupName,
    LAMBDA_TASK_ROOT: configuration.code.folder,
    _HANDLER: configuration.handler,
  };
}

// No file system can be mounted and no file put below /var/runtime without root, so paths there become local ones.
function localPath(value: string, mountPath: string | undefined, around: FunctionSurroundings): string {
  if (value === runtimeAuthorities) return around.certificateAuthorityFile;
  if (mountPath === undefined || around.mountedFolder === undefined) return value;
  return value === mountPath || value.startsWith(`${mountPath}/`)
    ? around.mountedFolder + value.slice(mountPath.length)
    : value;
}

"use strict";
// The Node.js runtime of one Lambda execution environment. It runs as a child process whose environment is the
// function's alone; the parent sends one invocation at a time over the IPC channel.
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

// The channel closes when the parent ends, however it ends, so no environment outlives it.
process.on("disconnect", () => process.exit(0));

/** Loads the export that a handler string such as `index.handler` names. */
async function loadHandler(root, handler) {
  const dot = handler.lastIndexOf(".");
  const path = join(root, handler.slice(0, dot));
  const name = handler.slice(dot + 1);
  const file = [".js", ".mjs", ".cjs"].map((extension) => path + extension).find(existsSync);
  if (file === undefined) {
    throw runtimeError("Runtime.ImportModuleError", `Error: Cannot find module '${handler.slice(0, dot)}'`);
  }
  const loaded = file.endsWith(".mjs") ? await import(pathToFileURL(file).href) : require(file);
  const found = loaded[name] ?? loaded.default?.[name];
  if (typeof found !== "function") {
    throw runtimeError("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  }
  // Node.js 24 is the first runtime without callback handlers.
  if (found.length > 2) {
    throw runtimeError(
      "Runtime.CallbackHandlerDeprecated",
      "AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.",
    );
  }
  return found;
}

function runtimeError(name, message) {
  return Object.assign(new Error(message), { name });
}

/** The payload in which Lambda reports what a function threw. */
function errorPayload(thrown) {
  if (!(thrown instanceof Error) && !(thrown && typeof thrown === "object" && "stack" in thrown)) {
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  }
  const trace = String(thrown.stack ?? "").split("\n");
  return { errorType: thrown.name ?? "Error", errorMessage: thrown.message ?? String(thrown), trace };
}

function contextOf({ awsRequestId, deadline, invokedFunctionArn }) {
  const { env } = process;
  return {
    awsRequestId,
    invokedFunctionArn,
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

async function invoke(handler, invocation) {
  try {
    const result = await handler(JSON.parse(invocation.payload), contextOf(invocation));
    return { payload: JSON.stringify(result === undefined ? null : result) ?? "null" };
  } catch (thrown) {
    const error = errorPayload(thrown);
    // Lambda writes what a function threw into the function's log.
    console.error(`Invoke Error\t${JSON.stringify(error)}`);
    return { functionError: "Unhandled", payload: JSON.stringify(error) };
  }
}

loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER).then(
  (handler) => {
    process.on("message", async (invocation) => process.send(await invoke(handler, invocation)));
    process.send({ ready: true });
  },
  (thrown) => {
    const error = errorPayload(thrown);
    console.error(`Init Error\t${JSON.stringify(error)}`);
    process.send({ functionError: "Unhandled", payload: JSON.stringify(error) }, () => process.exit(1));
  },
);

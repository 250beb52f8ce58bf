import type * as z from "zod";
import { AwsError } from "./aws-error";
import { readBody } from "./body";
import type { AwsCall } from "./service";

/** One operation of an AWS JSON or REST-JSON service: takes the parsed body, returns the answer's. */
export type JsonOperation = (input: unknown, call: AwsCall) => Promise<object>;

/**
 * An operation whose input has this shape. Make the shape strict: a member it does not know is then refused by name
 * instead of being passed over.
 */
export function jsonOperation<Input>(
  shape: z.ZodType<Input>,
  run: (input: Input, call: AwsCall) => object | undefined | Promise<object | undefined>,
): JsonOperation {
  return async (input, call) => (await run(readInput(shape, input), call)) ?? {};
}

/** The input in its shape; throws a ValidationException that names every member at fault. */
export function readInput<Input>(shape: z.ZodType<Input>, input: unknown): Input {
  const { success, data, error } = shape.safeParse(input);
  if (success) return data;
  const faults = error.issues.map((issue) =>
    issue.code === "unrecognized_keys"
      ? `the local stand-in does not implement ${issue.keys.join(", ")}`
      : `${issue.path.join(".") || "the input"}: ${issue.message}`,
  );
  throw new AwsError("ValidationException", faults.join("; "));
}

/** Answers a call of an AWS JSON service: X-Amz-Target names the operation. */
export async function answerJson(call: AwsCall, operations: Record<string, JsonOperation>): Promise<void> {
  const { request, response } = call;
  const [service = "", name = ""] = String(request.headers["x-amz-target"] ?? "").split(/\.([^.]*)$/, 2);
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!operation) {
    throw new AwsError("UnknownOperationException", `The local stand-in of ${service} does not implement ${name}.`);
  }
  const output = await operation(parseJson(await readBody(request)), call);
  if (response.destroyed) return;
  response.setHeader("content-type", request.headers["content-type"] ?? "application/x-amz-json-1.1");
  response.end(JSON.stringify(output));
}

/** Parses a JSON body; an empty one is an empty object. Throws a SerializationException. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new AwsError("SerializationException", "The body is not JSON.");
  }
}

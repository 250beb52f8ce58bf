import type * as z from "zod";
import type { Properties } from "../../program/handler";

/** Inputs of a resource by its schema; refuses, in one line, properties that the stand-in does not know. */
export function readInputs<T extends z.ZodType>(schema: T, inputs: Properties, type: string): z.infer<T> {
  const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined && value !== null));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(": "));
  throw new Error(`the local S3 cannot make this ${type}: ${problems.join("; ")}`);
}

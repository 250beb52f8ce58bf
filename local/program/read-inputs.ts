import * as z from "zod";

/**
 * Reads a resource's inputs with a schema, which also fills in the provider's defaults.
 * @throws an error naming the resource and each property that is not as it must be
 */
export function readInputs<Schema extends z.ZodType>(
  schema: Schema,
  inputs: Record<string, unknown>,
  resource: string,
): z.output<Schema> {
  const parsed = schema.safeParse(inputs);
  if (parsed.success) return parsed.data;
  throw new Error(`${resource}: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`);
}

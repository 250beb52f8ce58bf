import * as z from "zod";

/** What a gateway sends for a function's answer. */
export interface ProxyResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const answer = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), scalar).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(scalar)).nullish(),
  body: scalar.nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** Reads what a function behind a Lambda proxy integration answered; undefined where it is malformed. */
export function proxyResponse(payload: string): ProxyResponse | undefined {
  const parsed = answer.safeParse(JSON.parse(payload));
  if (!parsed.success) return undefined;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = parsed.data;
  return {
    status: statusCode,
    headers: { "content-type": "application/json", ...lowerCase(headers ?? {}), ...lowerCase(multiValueHeaders ?? {}) },
    body: Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8"),
  };
}

function lowerCase<Value>(headers: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

import { AwsError } from "./aws-error";
import { readBody } from "./body";
import type { AwsCall } from "./service";
import { toXml, type XmlValue } from "./xml";

/** The parameters of a query request; those below a dotted name are reached with `list` and `map`. */
export class QueryParameters {
  readonly #values: Map<string, string>;

  constructor(values: Iterable<[string, string]>) {
    this.#values = new Map(values);
  }

  optional(name: string): string | undefined {
    return this.#values.get(name);
  }

  required(name: string): string {
    const value = this.#values.get(name);
    if (value === undefined) throw new AwsError("ValidationError", `The request must contain the parameter ${name}.`);
    return value;
  }

  /** The members of a list (`Tags.member.1.Key`) or of a map (`Attributes.entry.1.key`), in their order. */
  items(name: string): QueryParameters[] {
    const items = new Map<number, [string, string][]>();
    const pattern = new RegExp(`^${name.replaceAll(".", "\\.")}\\.(?:member|entry)\\.(\\d+)(?:\\.(.*))?$`);
    for (const [key, value] of this.#values) {
      const [, index, rest = ""] = pattern.exec(key) ?? [];
      if (index !== undefined) items.set(Number(index), [...(items.get(Number(index)) ?? []), [rest, value]]);
    }
    return [...items].sort(([a], [b]) => a - b).map(([, values]) => new QueryParameters(values));
  }

  /** A map of texts. */
  map(name: string): Record<string, string> {
    return Object.fromEntries(this.items(name).map((entry) => [entry.required("key"), entry.required("value")]));
  }

  /** Refuses by name every parameter that is not one of these, or below one of these. */
  refuseAllBut(names: readonly string[]): void {
    const known = new Set(["Action", "Version", ...names]);
    const unknown = [...this.#values.keys()].filter((key) => !known.has(key.split(".")[0] ?? key));
    if (unknown.length > 0) {
      throw new AwsError("ValidationError", `The local stand-in does not implement ${unknown.join(", ")}.`);
    }
  }
}

/** One operation of a query service: returns the content of its result element, undefined for none. */
export interface QueryOperation {
  parameters: readonly string[];
  run(parameters: QueryParameters, call: AwsCall): XmlValue | Promise<XmlValue>;
}

/** Answers a call of a query service: the form's Action names the operation. */
export async function answerQuery(
  call: AwsCall,
  { operations, namespace }: { operations: Record<string, QueryOperation>; namespace: string },
): Promise<void> {
  const { request, response, requestId } = call;
  const form = new URLSearchParams((await readBody(request)).toString("utf8"));
  const parameters = new QueryParameters(form);
  const action = parameters.optional("Action") ?? "";
  const operation = Object.hasOwn(operations, action) ? operations[action] : undefined;
  if (!operation) {
    throw new AwsError("InvalidAction", `The local stand-in of ${namespace} does not implement ${action}.`);
  }
  parameters.refuseAllBut(operation.parameters);
  const result = await operation.run(parameters, call);
  if (response.destroyed) return;
  const element = result === undefined ? "" : `<${action}Result>${toXml(result)}</${action}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  response.setHeader("content-type", "text/xml");
  response.end(`<${action}Response xmlns="${namespace}">${element}${metadata}</${action}Response>`);
}

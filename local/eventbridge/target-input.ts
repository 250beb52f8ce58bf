import { AwsError } from "../aws-endpoint/aws-error";
import type { BusEvent } from "./event";
import type { Target } from "./rule";

type TargetInput = Pick<Target, "input" | "inputPath" | "inputTransformer">;

/** What a target gets of an event: its own input, the part at its path, a text made of parts, or the whole event. */
export function targetInput({ input, inputPath, inputTransformer }: TargetInput, event: BusEvent): unknown {
  if (input !== undefined) return JSON.parse(input);
  if (inputTransformer) return transform(inputTransformer, event);
  return inputPath === undefined ? event : partAt(inputPath, event);
}

/** Throws a ValidationException where the input is not JSON, or a path more than keys and indices. */
export function checkTargetInput({ input, inputPath, inputTransformer }: TargetInput): void {
  if ([input, inputPath, inputTransformer].filter((given) => given !== undefined).length > 1) {
    throw new AwsError("ValidationException", "Only one of Input, InputPath and InputTransformer can be given.");
  }
  if (inputPath !== undefined) pathSteps(inputPath);
  if (inputTransformer) checkTransformer(inputTransformer);
  try {
    if (input !== undefined) JSON.parse(input);
  } catch {
    throw new AwsError("ValidationException", "The target's Input is not valid JSON.");
  }
}

/** Text with `<name>` placeholders, and the path of each name's value in the event. */
export interface InputTransformer {
  inputPaths?: Record<string, string> | undefined;
  inputTemplate: string;
}

function checkTransformer({ inputPaths = {}, inputTemplate }: InputTransformer): void {
  for (const path of Object.values(inputPaths)) pathSteps(path);
  for (const [placeholder, name = ""] of inputTemplate.matchAll(/<([\w-]+)>/g)) {
    if (name in inputPaths) continue;
    throw new AwsError("ValidationException", `InputTemplate has ${placeholder}, and no input path of that name.`);
  }
}

/** Inside quotes a value is written as text, elsewhere as JSON; a part that the event lacks is empty. */
function transform({ inputPaths = {}, inputTemplate }: InputTransformer, event: BusEvent): unknown {
  const text = inputTemplate.replace(/<([\w-]+)>/g, (_placeholder, name: string, offset: number) => {
    const value = partAt(inputPaths[name] ?? "$", event) ?? "";
    const before = inputTemplate.slice(0, offset).replaceAll('\\"', "");
    const isQuoted = before.split('"').length % 2 === 0;
    if (!isQuoted) return JSON.stringify(value);
    return JSON.stringify(typeof value === "string" ? value : JSON.stringify(value)).slice(1, -1);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsError("ValidationException", `The input transformer made no valid JSON: ${text}`);
  }
}

function partAt(path: string, event: BusEvent): unknown {
  return pathSteps(path).reduce<unknown>(
    (value, step) => (typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined),
    event,
  );
}

/** The keys and indices of `$.detail.list[0]` or `$['detail-type']`. */
function pathSteps(path: string): string[] {
  if (!/^\$(\.[\w-]+|\['[^']+'\]|\[\d+\])*$/.test(path)) {
    throw new AwsError("ValidationException", `InputPath ${path} is not understood here: only keys and indices are.`);
  }
  return [...path.matchAll(/\.([\w-]+)|\['([^']+)'\]|\[(\d+)\]/g)].map(
    ([, key, quoted, index]) => key ?? quoted ?? index ?? "",
  );
}

import { AwsError } from "../aws-endpoint/aws-error";
import { type JsonPattern, jsonPattern } from "./json-pattern";

const invalidPattern = (reason: string) =>
  new AwsError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${reason}`);

/** Reads an event pattern with all of EventBridge's operators; throws InvalidEventPatternException. */
export function eventPattern(text: string): JsonPattern {
  let source: unknown;
  try {
    source = JSON.parse(text);
  } catch {
    throw invalidPattern("it is not JSON");
  }
  return jsonPattern(source, {
    operators: ["prefix", "suffix", "equals-ignore-case", "anything-but", "numeric", "exists", "cidr", "wildcard"],
    refuse: invalidPattern,
  });
}

import { AwsError } from "../aws-endpoint/aws-error";
import { sizeOf } from "../sqs/message";
import type { Publication } from "./notification";

/** Bytes of message and attributes. */
const largestMessage = 262_144;

const invalid = (reason: string) => new AwsError("InvalidParameter", `Invalid parameter: ${reason}`);

/** Throws InvalidParameter where SNS would refuse to publish this. */
export function checkPublication({ message, subject, attributes, messageStructure }: Publication): void {
  if (message === "") throw invalid("Empty message");
  if (sizeOf({ body: message, attributes }) > largestMessage) throw invalid("Message too long");
  // SNS Publish, API reference: begins with a letter, number or punctuation mark; no line breaks; up to 100 characters.
  if (subject !== undefined && !/^[!-~][ -~]{0,99}$/.test(subject)) throw invalid("Subject");
  if (messageStructure === "json" && typeof texts(message).default !== "string") {
    throw invalid("Message Structure - No default entry in JSON message body");
  }
}

/** The text for a protocol: the message itself, or what a message structured as JSON has for it. */
export function textFor(protocol: string, { message, messageStructure }: Publication): string {
  if (messageStructure !== "json") return message;
  const byProtocol = texts(message);
  return String(byProtocol[protocol] ?? byProtocol.default);
}

function texts(message: string): Record<string, unknown> {
  try {
    return JSON.parse(message) as Record<string, unknown>;
  } catch {
    throw invalid("Message Structure - JSON message body failed to parse");
  }
}

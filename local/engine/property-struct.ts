import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Properties } from "../program/handler";

/** How Pulumi's wire format marks a value that is more than JSON, and the mark of a secret. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** What the wire format puts in the place of a value that only the update will bring, whatever its type. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * Properties as a handler wants them: secrets unwrapped, absent values left out. Archives stay as the engine writes
 * them, with their hash and their path.
 */
export function fromStruct(struct: Struct | undefined): Properties {
  return plain(struct?.toJavaScript() ?? {}) as Properties;
}

export function toStruct(properties: Properties): Struct {
  // What comes from a handler may hold undefined, which the wire format does not know.
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)));
}

/** Whether any part of a value is only known after the update. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (fields[signatureKey] === secretSignature) return plain(fields.value);
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [key, plain(inner)]),
  );
}

import { createHash } from "node:crypto";

/** A message attribute; `binaryValue` for the data type Binary, `stringValue` for String and Number. */
export interface MessageAttribute {
  dataType: string;
  stringValue?: string;
  binaryValue?: Buffer;
}

export type MessageAttributes = Record<string, MessageAttribute>;

/** A message as its sender gives it. */
export interface OutgoingMessage {
  body: string;
  attributes?: MessageAttributes;
  /** Seconds before it can be received; the queue's own delay where absent. */
  delaySeconds?: number;
  /** Who sends, as SenderId shows it. */
  senderId?: string;
}

/** A message as a receiver gets it. */
export interface ReceivedMessage {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: MessageAttributes;
  /** SentTimestamp, ApproximateReceiveCount, … as SQS names and writes them. */
  systemAttributes: Record<string, string>;
}

export const md5 = (text: string | Buffer) => createHash("md5").update(text).digest("hex");

/**
 * The MD5 of message attributes that SQS answers: sorted by name, each part preceded by its length in four bytes, the
 * value by 1 (text) or 2 (binary). Source: SQS Developer Guide, "Calculating the MD5 message digest".
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash("md5");
  const part = (value: string | Buffer) => {
    const bytes = Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const attribute = attributes[name];
    if (!attribute) continue;
    part(name);
    part(attribute.dataType);
    hash.update(Buffer.of(attribute.binaryValue ? 2 : 1));
    part(attribute.binaryValue ?? attribute.stringValue ?? "");
  }
  return hash.digest("hex");
}

/** Bytes that count against a queue's limit: body, attribute names, types and values. */
export function sizeOf({ body, attributes = {} }: OutgoingMessage): number {
  const ofAttributes = Object.entries(attributes).map(
    ([name, { dataType, stringValue = "", binaryValue }]) =>
      Buffer.byteLength(name + dataType) + (binaryValue?.length ?? Buffer.byteLength(stringValue)),
  );
  return ofAttributes.reduce((sum, size) => sum + size, Buffer.byteLength(body));
}

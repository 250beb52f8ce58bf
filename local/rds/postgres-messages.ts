/** The parts of PostgreSQL's protocol that a login takes. Source: PostgreSQL documentation, "Message Formats". */

const sslRequest = 80877103;
const gssRequest = 80877104;
const cancelRequest = 80877102;

export type FirstMessage = { kind: "ssl" | "gss" | "cancel" } | { kind: "startup"; parameters: Record<string, string> };

/** Reads a message without a type byte: what opens a connection. */
export function readFirstMessage(message: Buffer): FirstMessage {
  switch (message.readUInt32BE(4)) {
    case sslRequest:
      return { kind: "ssl" };
    case gssRequest:
      return { kind: "gss" };
    case cancelRequest:
      return { kind: "cancel" };
    default: {
      const parts = message.toString("utf8", 8).split("\0");
      const parameters: Record<string, string> = {};
      for (let index = 0; index + 1 < parts.length && parts[index] !== ""; index += 2) {
        parameters[parts[index] ?? ""] = parts[index + 1] ?? "";
      }
      return { kind: "startup", parameters };
    }
  }
}

/** SSLRequest, as a client sends it. */
export const sslRequestMessage: Buffer = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** AuthenticationCleartextPassword: the connection is TLS, and an IAM token must be seen to be checked. */
export const askForPassword: Buffer = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

/** The password of a PasswordMessage, with its type byte. */
export function readPassword(message: Buffer): string {
  return message.toString("utf8", 5, message.length - 1);
}

/** PasswordMessage, as a client answers {@link askForPassword}. */
export function passwordMessage(password: string): Buffer {
  const text = Buffer.from(`${password}\0`);
  const head = Buffer.alloc(5);
  head.write("p");
  head.writeUInt32BE(text.length + 4, 1);
  return Buffer.concat([head, text]);
}

/** ErrorResponse that ends a connection. `code` is the SQLSTATE. */
export function fatalError(code: string, text: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${text}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeUInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

import type { DirectoryEntry, FileAttributes } from "./file-system";
import { attributeFlag, sftpReply } from "./packet-types";
import { type SftpStatus, sftpStatus } from "./sftp-error";

/** An answer that lacks only the id of its request. */
export type Reply = (requestId: number) => Buffer;

/** SFTP 3 and the extensions that we know, by name and version. */
export const versionReply = (extensions: Readonly<Record<string, string>>): Buffer =>
  packet(
    sftpReply.version,
    uint32(3),
    ...Object.entries(extensions).flatMap(([name, data]) => [text(name), text(data)]),
  );

export const statusReply =
  (status: SftpStatus, message: string): Reply =>
  (id) =>
    packet(sftpReply.status, uint32(id), uint32(sftpStatus[status]), text(message), text(""));

export const handleReply =
  (handle: string): Reply =>
  (id) =>
    packet(sftpReply.handle, uint32(id), text(handle));

export const dataReply =
  (data: Uint8Array): Reply =>
  (id) =>
    packet(sftpReply.data, uint32(id), uint32(data.length), data);

export const attributesReply =
  (attributes: FileAttributes): Reply =>
  (id) =>
    packet(sftpReply.attributes, uint32(id), encodedAttributes(attributes));

export const namesReply =
  (encodedEntries: readonly Buffer[]): Reply =>
  (id) =>
    packet(sftpReply.name, uint32(id), uint32(encodedEntries.length), ...encodedEntries);

/** `limits@openssh.com`: longest packet, read and write in bytes, and open handles. */
export const limitsReply =
  (limits: { packet: number; data: number; handles: number }): Reply =>
  (id) => {
    const values = [limits.packet, limits.data, limits.data, limits.handles];
    return packet(sftpReply.extended, uint32(id), ...values.map(uint64));
  };

/** An entry of a names reply. The long name is for people: `ls -l` of a client may show it as it is. */
export function encodedEntry({ name, attributes }: DirectoryEntry): Buffer {
  return Buffer.concat([text(name), text(longName(name, attributes)), encodedAttributes(attributes)]);
}

/** A path by itself, as `realpath` answers it: clients ignore its attributes. */
export const encodedPath = (path: string): Buffer => Buffer.concat([text(path), text(path), uint32(0)]);

const directoryMode = 0o040755;
const fileMode = 0o100644;

function encodedAttributes({ kind, size, modified }: FileAttributes): Buffer {
  const seconds = uint32(Math.max(0, Math.floor(modified.getTime() / 1000)) % 2 ** 32);
  const flags = attributeFlag.size | attributeFlag.permissions | attributeFlag.times;
  const mode = uint32(kind === "directory" ? directoryMode : fileMode);
  return Buffer.concat([uint32(flags), uint64(size), mode, seconds, seconds]);
}

function longName(name: string, { kind, size, modified }: FileAttributes): string {
  const [, day = "", month = "", year = ""] = /^\w+, (\d+) (\w+) (\d+)/.exec(modified.toUTCString()) ?? [];
  const date = `${month} ${String(Number(day)).padStart(2)}  ${year}`;
  const printable = name.replace(/\p{Cc}/gu, "?");
  return `${kind === "directory" ? "drwxr-xr-x" : "-rw-r--r--"}    1 -        -        ${String(size).padStart(12)} ${date} ${printable}`;
}

function packet(type: number, ...parts: Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 1);
  return Buffer.concat([uint32(length), Buffer.of(type), ...parts], 4 + length);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

import type { AttributeChanges } from "./file-system";
import { attributeFlag } from "./packet-types";
import { SftpError } from "./sftp-error";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the fields of one SFTP packet in order. Throws an {@link SftpError} `badMessage` where it ends too early. */
export class PacketReader {
  readonly #packet: Buffer;
  #offset = 0;

  constructor(packet: Buffer) {
    this.#packet = packet;
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#packet.length;
  }

  byte(): number {
    return this.#take(1).readUInt8();
  }

  uint32(): number {
    return this.#take(4).readUInt32BE();
  }

  /** Offsets and sizes; a number that JavaScript cannot hold exactly is no offset of any file. */
  uint64(): number {
    const value = this.#take(8).readBigUInt64BE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new SftpError("failure", "The offset is too large");
    return Number(value);
  }

  bytes(): Buffer {
    return this.#take(this.uint32());
  }

  /** A name. SFTP 3 says nothing of its encoding; clients send UTF-8, and object keys can be nothing else. */
  text(): string {
    const bytes = this.bytes();
    try {
      return utf8.decode(bytes);
    } catch {
      throw new SftpError("failure", "File names must be UTF-8");
    }
  }

  attributes(): AttributeChanges {
    const flags = this.uint32();
    const changes: AttributeChanges = {};
    if (flags & attributeFlag.size) changes.size = this.uint64();
    if (flags & attributeFlag.owner) this.#take(8);
    if (flags & attributeFlag.permissions) changes.permissions = this.uint32() & 0o7777;
    if (flags & attributeFlag.times) {
      changes.accessed = new Date(this.uint32() * 1000);
      changes.modified = new Date(this.uint32() * 1000);
    }
    if (flags & attributeFlag.extended) {
      for (let left = this.uint32(); left > 0; left--) {
        this.bytes();
        this.bytes();
      }
    }
    return changes;
  }

  #take(length: number): Buffer {
    const end = this.#offset + length;
    if (end > this.#packet.length) throw new SftpError("badMessage", "The packet ends too early");
    const bytes = this.#packet.subarray(this.#offset, end);
    this.#offset = end;
    return bytes;
  }
}

import { once } from "node:events";
import type { Duplex } from "node:stream";
import type { SftpFileSystem } from "./file-system";
import { OpenHandles } from "./open-handles";
import { readOperation } from "./operations";
import { PacketReader } from "./packet-reader";
import { sftpRequest } from "./packet-types";
import { type Reply, statusReply, versionReply } from "./packet-writer";
import { packets } from "./packets";
import { PathOrder } from "./path-order";
import { SftpError } from "./sftp-error";

/** Requests that are worked on at once; a client that sends more waits, because we stop reading. */
const mostAtOnce = 64;

export interface SftpSessionOptions {
  channel: Duplex;
  fileSystem: SftpFileSystem;
  /** Aborts when the channel can carry no more answers. */
  gone: AbortSignal;
  /** Extensions to announce, by name and version. */
  extensions: Readonly<Record<string, string>>;
  /** Called for each request. */
  onRequest(): void;
  /** Told of errors that are no SftpError: the client sees only "Failure". */
  onFault(error: unknown): void;
}

/**
 * Speaks SFTP version 3 over a channel until the client ends it. Resolves once everything it asked for is done and
 * files that it left open are abandoned. Written here rather than taken from ssh2, whose server can neither announce
 * extensions nor hold a fast client back.
 */
export async function serveSftp(options: SftpSessionOptions): Promise<void> {
  const session = new Session(options);
  try {
    for await (const packet of packets(options.channel)) await session.receive(packet);
  } catch (error) {
    if (!options.gone.aborted) options.onFault(error);
  }
  await session.end();
  options.channel.end();
}

class Session {
  readonly #options: SftpSessionOptions;
  readonly #handles = new OpenHandles();
  readonly #order = new PathOrder();
  readonly #underWay = new Set<Promise<void>>();
  #initialised = false;

  constructor(options: SftpSessionOptions) {
    this.#options = options;
  }

  /** Starts on a request; resolves when the next may come. */
  async receive(packet: Buffer): Promise<void> {
    const reader = new PacketReader(packet);
    const type = reader.byte();
    if (!this.#initialised) return this.#initialise(type);
    const requestId = reader.uint32();
    this.#options.onRequest();
    const work = this.#answer(type, reader)
      .catch((error: unknown) => this.#errorReply(error))
      .then((reply) => this.#send(reply(requestId)));
    this.#underWay.add(work);
    work.finally(() => this.#underWay.delete(work));
    while (this.#underWay.size >= mostAtOnce) await Promise.race(this.#underWay);
    await this.#roomToSend();
  }

  async end(): Promise<void> {
    await Promise.all(this.#underWay);
    const abandoned = this.#handles.takeFiles().map(({ file }) => file.abandon());
    for (const result of await Promise.allSettled(abandoned)) {
      if (result.status === "rejected") this.#options.onFault(result.reason);
    }
  }

  #initialise(type: number): void {
    if (type !== sftpRequest.init) throw new Error(`the client began with packet type ${type} instead of INIT`);
    this.#initialised = true;
    this.#send(versionReply(this.#options.extensions));
  }

  async #answer(type: number, reader: PacketReader): Promise<Reply> {
    const { fileSystem, extensions } = this.#options;
    const operation = readOperation(type, reader, { fileSystem, extensions, handles: this.#handles });
    return this.#order.run(operation.paths, () => operation.run());
  }

  #errorReply(error: unknown): Reply {
    if (error instanceof SftpError) return statusReply(error.status, error.message);
    this.#options.onFault(error);
    return statusReply("failure", "Failure");
  }

  #send(packet: Buffer): void {
    const { channel, gone } = this.#options;
    if (!gone.aborted && channel.writable) channel.write(packet);
  }

  async #roomToSend(): Promise<void> {
    const { channel, gone } = this.#options;
    if (!channel.writableNeedDrain || gone.aborted) return;
    await once(channel, "drain", { signal: gone }).catch(() => {});
  }
}

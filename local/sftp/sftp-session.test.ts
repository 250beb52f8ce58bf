import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { expect } from "chai";
import { LocalFolder } from "../sftp-destinations/local-folder";
import { serveSftp } from "./sftp-session";

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};
const uint64 = (value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};
const text = (value: string | Buffer) => Buffer.concat([uint32(Buffer.byteLength(value)), Buffer.from(value)]);
const packet = (type: number, ...parts: Buffer[]) => {
  const body = Buffer.concat([Buffer.of(type), ...parts]);
  return Buffer.concat([uint32(body.length), body]);
};
const init = packet(1, uint32(3));
const noAttributes = uint32(0);
const create = 0x02 | 0x08 | 0x10;
const open = (id: number, name: string, flags: number) =>
  packet(3, uint32(id), text(name), uint32(flags), noAttributes);
const close = (id: number, handle: string) => packet(4, uint32(id), text(handle));
const write = (id: number, handle: string, offset: bigint, data: string | Buffer) =>
  packet(6, uint32(id), text(handle), uint64(offset), text(data));

/** The wire: what a client sends comes in, what the server answers is kept. */
class Wire extends Duplex {
  readonly answers: Buffer[] = [];
  /** While true the client reads nothing. */
  isStuck = false;
  #release: (() => void) | undefined;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.answers.push(chunk);
    if (this.isStuck) this.#release = done;
    else done();
  }

  unstick(): void {
    this.isStuck = false;
    this.#release?.();
  }

  /** Answers after the version as `id type status`; the status only where it is one. */
  summary(): string[] {
    return this.answers.slice(1).map((answer) => {
      const [type, id] = [answer.readUInt8(4), answer.readUInt32BE(5)];
      return type === 101 ? `${id} status ${answer.readUInt32BE(9)}` : `${id} type ${type}`;
    });
  }
}

describe("serveSftp", () => {
  let folder: string;
  let wire: Wire;
  let faults: unknown[];
  let gone: AbortController;
  let served: Promise<void>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "quayside-session-"));
    wire = new Wire();
    faults = [];
    gone = new AbortController();
    served = serveSftp({
      channel: wire,
      fileSystem: new LocalFolder({ folder }),
      gone: gone.signal,
      extensions: { "posix-rename@openssh.com": "1" },
      onRequest: () => {},
      onFault: (error) => faults.push(error),
    });
  });
  afterEach(async () => {
    wire.push(null);
    await served;
    await rm(folder, { recursive: true, force: true });
  });

  async function say(...packets: Buffer[]): Promise<string[]> {
    for (const bytes of packets) wire.push(bytes);
    wire.push(null);
    await served;
    return wire.summary();
  }

  it("announces version 3 and its extensions", async () => {
    await say(init);
    const expected = packet(2, uint32(3), text("posix-rename@openssh.com"), text("1"));
    expect(wire.answers[0]?.equals(expected)).to.equal(true);
  });

  it("understands packets however they are cut", async () => {
    const whole = Buffer.concat([
      init,
      open(1, "a", create),
      write(2, "00000000", 0n, "content"),
      close(3, "00000000"),
    ]);
    expect((await say(...[...whole].map((byte) => Buffer.of(byte)))).sort()).to.deep.equal([
      "1 type 102",
      "2 status 4",
      "3 status 4",
    ]);
  });

  it("does what it is told to one file in order, though the client does not wait", async () => {
    wire.push(Buffer.concat([init, open(1, "a", create)]));
    await answered(2);
    const answers = await say(
      Buffer.concat([
        ...Array.from({ length: 200 }, (_, index) => write(10 + index, "00000000", BigInt(index), `${index % 10}`)),
        close(900, "00000000"),
        packet(18, uint32(901), text("a"), text("b")),
        packet(17, uint32(902), text("b")),
        packet(13, uint32(903), text("b")),
        packet(17, uint32(904), text("b")),
      ]),
    );
    expect(answers.slice(-5)).to.deep.equal([
      "900 status 0",
      "901 status 0",
      "902 type 105",
      "903 status 0",
      "904 status 2",
    ]);
    expect(answers.filter((answer) => answer.endsWith("status 0"))).to.have.length(203);
  });

  const nonsense: [string, Buffer, string][] = [
    ["an unknown request", packet(99, uint32(1)), "1 status 8"],
    ["a request that ends too early", packet(17, uint32(1), uint32(100)), "1 status 5"],
    ["a handle that is not open", close(1, "nothing"), "1 status 4"],
    ["a very long handle", close(1, "h".repeat(10_000)), "1 status 4"],
    ["a name that is no UTF-8", packet(17, uint32(1), text(Buffer.of(0xff, 0xfe))), "1 status 4"],
    ["a name with a NUL byte", packet(17, uint32(1), text("a\0b")), "1 status 4"],
    ["a name of 5,000 characters", open(1, "n".repeat(5000), create), "1 status 4"],
    ["an unknown extension", packet(200, uint32(1), text("hardlink@openssh.com"), text("a"), text("b")), "1 status 8"],
    ["an extension by a name of JavaScript's", packet(200, uint32(1), text("constructor")), "1 status 8"],
    ["a link", packet(20, uint32(1), text("a"), text("b")), "1 status 8"],
    ["the target of a link", packet(19, uint32(1), text("a")), "1 status 8"],
  ];
  for (const [name, bytes, answer] of nonsense) {
    it(`answers ${name} with a status, and goes on`, async () => {
      expect((await say(init, bytes, packet(16, uint32(2), text(".")))).sort()).to.deep.equal([answer, "2 type 104"]);
      expect(faults).to.deep.equal([]);
    });
  }

  it("refuses an offset that is none", async () => {
    wire.push(Buffer.concat([init, open(1, "a", create)]));
    await answered(2);
    expect((await say(write(2, "00000000", 2n ** 63n, "x"))).sort()).to.deep.equal(["1 type 102", "2 status 4"]);
  });

  const fatal: [string, Buffer[]][] = [
    ["no INIT first", [packet(17, uint32(1), text("/"))]],
    ["a packet of 4 GB", [init, uint32(0xffffffff)]],
    ["a packet of no bytes", [init, uint32(0)]],
    ["a request without an id", [init, packet(17)]],
  ];
  for (const [name, packets] of fatal) {
    it(`ends the session of a client that sends ${name}`, async () => {
      for (const bytes of packets) wire.push(bytes);
      await served;
      expect(faults).to.have.length(1);
    });
  }

  it("closes what a client leaves open", async () => {
    await writeFile(join(folder, "a"), "content");
    expect((await say(init, open(1, "a", 1), open(2, "a", 1))).sort()).to.deep.equal(["1 type 102", "2 type 102"]);
    expect(faults).to.deep.equal([]);
  });

  it("refuses more than 1,000 open files", async () => {
    await writeFile(join(folder, "a"), "");
    const answers = await say(init, ...Array.from({ length: 1001 }, (_, index) => open(index, "a", 1)));
    expect(answers.filter((answer) => answer.endsWith("type 102"))).to.have.length(1000);
    expect(answers.at(-1)).to.equal("1000 status 4");
  });

  it("stops taking requests from a client that reads no answers, and goes on when it does", async () => {
    const size = 200 * 1024;
    await writeFile(join(folder, "a"), Buffer.alloc(size));
    wire.push(Buffer.concat([init, open(0, "a", 1)]));
    await answered(2);
    wire.isStuck = true;
    const reads = 200;
    for (let index = 1; index <= reads; index++) {
      wire.push(packet(5, uint32(index), text("00000000"), uint64(0n), uint32(size)));
    }
    // As many as fit into the stream's buffer and under way; far fewer than were asked for.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(wire.writableLength).to.be.below(70 * size);
    wire.unstick();
    expect((await say()).filter((answer) => answer.endsWith("type 103"))).to.have.length(reads);
  });

  it("keeps what arrived when the connection goes, and does not wait for it", async () => {
    wire.push(Buffer.concat([init, open(1, "a", create)]));
    await answered(2);
    wire.isStuck = true;
    wire.push(write(2, "00000000", 0n, "content"));
    wire.push(write(3, "00000000", 7n, " and more"));
    gone.abort();
    wire.push(null);
    await served;
    expect(await readFile(join(folder, "a"), "utf8")).to.equal("content and more");
    expect((await stat(join(folder, "a"))).size).to.equal(16);
  });

  async function answered(count: number): Promise<void> {
    while (wire.answers.length < count) await new Promise((resolve) => setImmediate(resolve));
  }
});

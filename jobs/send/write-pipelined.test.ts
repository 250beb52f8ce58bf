import { expect } from "chai";
import { writePipelined } from "./write-pipelined";

async function* chunksOf(...sizes: number[]) {
  let next = 0;
  for (const size of sizes) yield Buffer.from(Array.from({ length: size }, () => next++ % 251));
}

describe("writePipelined", () => {
  it("puts every byte at its place, whatever the order of acknowledgements", async () => {
    const file = Buffer.alloc(200_000);
    const waiting: (() => void)[] = [];
    let most = 0;
    const bytes = await writePipelined(chunksOf(100_000, 1, 0, 99_999), (piece, position) => {
      expect(piece.length).to.be.at.most(32 * 1024);
      file.set(piece, position);
      return new Promise((resolve) => {
        waiting.push(resolve);
        most = Math.max(most, waiting.length);
        setImmediate(() => waiting.pop()?.());
      });
    });
    expect(bytes).to.equal(200_000);
    expect(file.every((byte, index) => byte === index % 251)).to.equal(true);
    expect(most).to.be.greaterThan(1);
  });

  it("never has more than 64 pieces on the way", async () => {
    let outstanding = 0;
    let most = 0;
    await writePipelined(chunksOf(...Array.from({ length: 20 }, () => 327_680)), async () => {
      most = Math.max(most, ++outstanding);
      await new Promise((resolve) => setImmediate(resolve));
      outstanding--;
    });
    expect(most).to.equal(64);
  });

  it("writes nothing of an empty source", async () => {
    expect(await writePipelined(chunksOf(), () => Promise.reject(new Error("not called")))).to.equal(0);
  });

  it("ends with the first error and stops reading", async () => {
    let read = 0;
    async function* endless() {
      for (;;) {
        read++;
        yield Buffer.alloc(32 * 1024);
      }
    }
    let failure: unknown;
    await writePipelined(endless(), (_, position) =>
      position === 5 * 32 * 1024 ? Promise.reject(new Error("disk full")) : Promise.resolve(),
    ).catch((error: unknown) => {
      failure = error;
    });
    expect(failure).to.have.property("message", "disk full");
    expect(read).to.be.below(100);
  });
});

import { expect } from "chai";
import { eicar, findThreat } from "./find-threat";

const threat = { kind: "threat", name: "EICAR-Test-File (not a virus)" };
const chunks = async function* (...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part as string, "latin1");
};

describe("findThreat", () => {
  it("finds the EICAR test string wherever it stands", async () => {
    expect(eicar).to.have.length(68);
    for (const text of [eicar, `before ${eicar}`, `${eicar}\n`, `a\0b${eicar}${eicar}`]) {
      expect(await findThreat(chunks(text))).to.deep.equal(threat);
    }
  });

  it("finds it across chunks, however they are cut", async () => {
    for (let cut = 1; cut < eicar.length; cut++) {
      const found = await findThreat(chunks("x".repeat(100), eicar.slice(0, cut), eicar.slice(cut), "y"));
      expect(found, `cut at ${cut}`).to.deep.equal(threat);
    }
    expect(await findThreat(chunks(...eicar))).to.deep.equal(threat);
    expect(await findThreat(chunks("x", ...`yz${eicar}`, ""))).to.deep.equal(threat);
  });

  it("says that anything else is clean", async () => {
    expect(await findThreat(chunks())).to.deep.equal({ kind: "clean" });
    expect(await findThreat(chunks(eicar.slice(1)))).to.deep.equal({ kind: "clean" });
    expect(await findThreat(chunks(eicar.slice(0, 30), "-", eicar.slice(30)))).to.deep.equal({ kind: "clean" });
    expect(await findThreat(chunks(eicar.toLowerCase()))).to.deep.equal({ kind: "clean" });
  });

  it("cannot tell what is in an encrypted archive", async () => {
    const header = (flags: number) => Buffer.from([0x50, 0x4b, 3, 4, 20, 0, flags, 0, 0, 0]);
    expect(await findThreat(chunks(header(1)))).to.deep.equal({ kind: "encrypted" });
    expect(await findThreat(chunks(...[...header(9)].map((byte) => Buffer.of(byte))))).to.deep.equal({
      kind: "encrypted",
    });
    expect(await findThreat(chunks(header(8)))).to.deep.equal({ kind: "clean" });
  });
});

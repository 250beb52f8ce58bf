import { expect } from "chai";
import { formatProblem } from "../problem";
import { readSamples } from "./samples";

/** Reads samples of a partner `acme` at these paths below its `samples/`. */
function read(...paths: string[]) {
  const problems: string[] = [];
  const files = new Map(paths.map((path) => [`acme/samples/${path}`, Buffer.from(path)]));
  files.set("acme/partner.yaml", Buffer.from(""));
  const { contracts, uploads } = readSamples("acme", files, (problem) => void problems.push(formatProblem(problem)));
  return {
    contracts: contracts.map(({ subscription, file, expected }) => [subscription, file, expected?.file]),
    uploads: uploads.map(({ virtualPath, name }) => [virtualPath, name]),
    problems,
  };
}

describe("readSamples", () => {
  it("pairs each sample with its expected result, case by case", () => {
    expect(
      read(
        "claims.json",
        "claims.expected.csv",
        "claims.empty.json",
        "claims.empty.expected.csv",
        "claims-2.json",
        "claims-2.expected",
        "prices.csv",
        "prices",
      ),
    ).to.deep.equal({
      contracts: [
        ["claims-2", "acme/samples/claims-2.json", "acme/samples/claims-2.expected"],
        ["claims", "acme/samples/claims.empty.json", "acme/samples/claims.empty.expected.csv"],
        ["claims", "acme/samples/claims.json", "acme/samples/claims.expected.csv"],
        ["prices", "acme/samples/prices", undefined],
        ["prices", "acme/samples/prices.csv", undefined],
      ],
      uploads: [],
      problems: [],
    });
  });

  it("takes files below uploads/ as they are called", () => {
    expect(read("uploads/claims/a.expected.csv", "uploads/in/deep/a b", "uploads/claims/.keep")).to.deep.equal({
      contracts: [],
      uploads: [
        ["/claims", ".keep"],
        ["/claims", "a.expected.csv"],
        ["/in/deep", "a b"],
      ],
      problems: [],
    });
  });

  it("gives the bytes of both", () => {
    const files = new Map([
      ["acme/samples/claims.json", Uint8Array.of(0, 255)],
      ["acme/samples/claims.expected.csv", Uint8Array.of(1)],
    ]);
    const [contract] = readSamples("acme", files, () => expect.fail("no problem")).contracts;
    expect([...(contract?.content ?? [])]).to.deep.equal([0, 255]);
    expect([...(contract?.expected?.content ?? [])]).to.deep.equal([1]);
  });

  it("reports what means nothing", () => {
    expect(read("old/claims.json", "claims.expected.csv", "uploads/a.csv")).to.deep.equal({
      contracts: [],
      uploads: [],
      problems: [
        "acme/samples/old/claims.json:1:1: samples have no folder of this name; use samples/uploads/…, or put the file into samples/ itself",
        "acme/samples/uploads/a.csv:1:1: this upload lies in no folder; put it where the partner would, like samples/uploads/claims/FILE",
        "acme/samples/claims.expected.csv:1:1: this expected result has no sample; add the sample it is the result of, or delete it",
      ],
    });
  });

  it("does not take the samples of a partner whose name begins alike", () => {
    const files = new Map([["acme-health/samples/claims.json", Buffer.from("")]]);
    expect(readSamples("acme", files, () => expect.fail("no problem"))).to.deep.equal({ contracts: [], uploads: [] });
  });
});

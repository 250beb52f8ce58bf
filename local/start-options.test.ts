import { expect } from "chai";
import { readStartOptions } from "./start-options";

describe("readStartOptions", () => {
  it("follows on a terminal and exits elsewhere, unless told otherwise", () => {
    const plain = { partners: "partners", json: false };
    expect(readStartOptions([], true)).to.deep.equal({ ...plain, once: false });
    expect(readStartOptions([], false)).to.deep.equal({ ...plain, once: true });
    expect(readStartOptions(["--once"], true)).to.deep.equal({ ...plain, once: true });
    expect(readStartOptions(["--follow", "--json"], false)).to.deep.equal({ ...plain, once: false, json: true });
    expect(readStartOptions(["--keep", ".local", "--partners", "p"], true)).to.deep.equal({
      ...{ partners: "p", json: false, once: false, keep: ".local" },
    });
    expect(readStartOptions(["--help", "more"], true)).to.equal("help");
  });

  const wrong: [args: string[], message: RegExp][] = [
    [["--twice"], /^Unknown option '--twice'; see npm start -- --help$/],
    [["once"], /^unexpected argument "once"; see npm start -- --help$/],
    [["--once", "--follow"], /^--once and --follow contradict each other; give one$/],
    [["--keep"], /^Option '--keep <value>' argument missing; see npm start -- --help$/],
    [["--keep", ""], /^--keep needs a folder, such as \.local$/],
    [["--keep", "partners/.local"], /^--keep names a folder among the partner files/],
    [["--partners", "/p", "--keep", "/p"], /^--keep names a folder among the partner files/],
  ];
  for (const [args, message] of wrong) {
    it(`refuses ${args.map((arg) => JSON.stringify(arg)).join(" ")} in one line`, () => {
      expect(() => readStartOptions(args, true)).to.throw(Error, message);
    });
  }
});

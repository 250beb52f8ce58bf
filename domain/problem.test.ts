import { expect } from "chai";
import fc from "fast-check";
import { formatProblem, type Problem, sortProblems, wholeFile } from "./problem";

const problem = (rest: Partial<Problem>): Problem => ({ ...wholeFile("a.yaml"), message: "m", fix: "f", ...rest });

describe("formatProblem", () => {
  it("is the form that editors and terminals link", () => {
    const message = 'unknown key "folder"';
    expect(
      formatProblem({ file: "acme/partner.yaml", line: 3, column: 5, message, fix: 'did you mean "folders"?' }),
    ).to.equal('acme/partner.yaml:3:5: unknown key "folder"; did you mean "folders"?');
  });

  it("is one line that is safe to print", () => {
    expect(formatProblem(problem({ file: "a\n.yaml", message: "\u001b[31m\u2028é😀\ud800" }))).to.equal(
      "a\\u000a.yaml:1:1: \\u001b[31m\\u2028é😀\\ud800; f",
    );
  });
});

describe("sortProblems", () => {
  it("goes by file, then from top to bottom, whatever the order was", () => {
    const sorted = [
      problem({ file: "a.yaml", line: 2, column: 1 }),
      problem({ file: "a.yaml", line: 2, column: 9, message: "a" }),
      problem({ file: "a.yaml", line: 2, column: 9, message: "b" }),
      problem({ file: "a.yaml", line: 10 }),
      problem({ file: "b.yaml", line: 1 }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(sorted, { minLength: sorted.length }), (shuffled) => {
        expect(sortProblems(shuffled)).to.deep.equal(sorted);
      }),
    );
  });
});

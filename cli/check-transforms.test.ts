import { expect } from "chai";
import { type Edit, folderWith } from "../domain/partner-files/broken-folders/sound-folder";
import { loadPartners } from "../domain/partner-files/load-partners";
import { formatProblem } from "../domain/problem";
import { checkTransforms } from "./check-transforms";

const sql = "acme/transforms/claims.sql";
const sample = "acme/samples/claims.json";
const expected = "acme/samples/claims.expected.csv";
const upload = "clinic/samples/uploads/claims/2026.json";
const withoutSample: Edit[] = [{ remove: sample }, { remove: expected }];

async function problemsAfter(...edits: Edit[]): Promise<string[]> {
  const { partners, problems } = loadPartners(folderWith(edits));
  expect(problems.map(formatProblem)).to.deep.equal([]);
  return (await checkTransforms(partners)).map(formatProblem);
}

describe("checkTransforms", () => {
  it("finds nothing wrong with samples that become what is expected", async () => {
    expect(await problemsAfter()).to.deep.equal([]);
    expect(await problemsAfter({ write: sql, as: "SELECT claim + 0 AS claim\nFROM input;\n" })).to.deep.equal([]);
    expect(await problemsAfter({ write: upload, as: '[{ "claim": 8 }]' })).to.deep.equal([]);
  });

  for (const [what, edits, problem] of [
    [
      "SQL that cannot be read",
      [{ write: sql, as: "SELECT *\nFROM input\nWERE claim = 1" }],
      `${sql}:3:6: syntax error at or near "claim"; correct it; it was tried on ${sample}`,
    ],
    [
      "SQL that cannot be read, without a sample",
      [{ write: sql, as: "SELEC 1" }, ...withoutSample],
      `${sql}:1:1: syntax error at or near "SELEC"; correct it`,
    ],
    [
      "no SQL",
      [{ write: sql, as: "-- later\n" }, ...withoutSample],
      `${sql}:1:1: it has 0 statements; it must be exactly one SELECT; correct it`,
    ],
    [
      "a statement beside it",
      [{ write: sql, as: "DROP TABLE input; SELECT * FROM input" }],
      `${sql}:1:1: it is no SELECT; it must be exactly one; correct it; it was tried on ${sample}`,
    ],
    [
      "a function that reaches outside",
      [{ write: sql, as: "SELECT 'ä' AS claim,\n  write_log('x') FROM input" }, ...withoutSample],
      `${sql}:2:3: write_log may not be called: it reaches outside the query; correct it`,
    ],
    [
      "a misspelt column, once for all samples",
      [
        { write: sql, as: "SELECT 'é' AS e,\n  clam\nFROM input" },
        { write: upload, as: '[{ "claim": 8 }]' },
      ],
      `${sql}:2:3: Referenced column "clam" not found in FROM clause! Candidate bindings: "claim"; correct it; it was tried on ${sample}`,
    ],
    [
      "a value that the SQL does not take",
      [
        { write: sql, as: "SELECT claim::INT AS claim FROM input" },
        { write: upload, as: '[{"claim": "7"}, {"claim": "x"}]' },
      ],
      `${upload}:1:1: acme/claims cannot transform this file: row 2: Could not convert string 'x' to INT32 when casting from source column claim; correct it, or ${sql}`,
    ],
    [
      "another result",
      [{ write: expected, as: "claim\n8\n" }],
      `${expected}:2:1: ${sample} becomes something else: "7\\n"; write that here if it is right, or correct ${sql}`,
    ],
    [
      "a longer result",
      [{ write: expected, as: "claim\n" }],
      `${expected}:2:1: ${sample} becomes something else: "7\\n"; write that here if it is right, or correct ${sql}`,
    ],
    [
      "a shorter result",
      [{ write: expected, as: "claim\n7\n8\n" }],
      `${expected}:3:1: ${sample} becomes something else: it ends here; write that here if it is right, or correct ${sql}`,
    ],
    [
      "other line breaks",
      [{ write: expected, as: "claim\r\n7\r\n" }],
      `${expected}:1:1: ${sample} becomes something else: "claim\\n"; write that here if it is right, or correct ${sql}`,
    ],
    [
      "a sample of another format, without SQL",
      [
        { in: "acme/subscriptions/claims.yaml", replace: "      sql: transforms/claims.sql\n", by: "" },
        { remove: sql },
        { write: sample, as: "[{]" },
      ],
      /^acme\/samples\/claims\.json:1:1: acme\/claims cannot transform this file: Malformed JSON, .*; correct it, or acme\/subscriptions\/claims\.yaml$/,
    ],
  ] as const satisfies readonly (readonly [string, readonly Edit[], string | RegExp])[]) {
    it(`reports ${what}`, async () => {
      const problems = await problemsAfter(...edits);
      expect(problems.length).to.equal(1);
      if (typeof problem === "string") expect(problems[0]).to.equal(problem);
      else expect(problems[0]).to.match(problem);
    });
  }

  it("tries samples only on subscriptions that take them", async () => {
    const edits: Edit[] = [{ write: "clinic/samples/uploads/claims/other.txt", as: "no JSON" }];
    expect(await problemsAfter(...edits, { write: upload, as: '[{ "claim": 8 }]' })).to.deep.equal([]);
    expect(await problemsAfter(...edits, { write: upload, as: "[{" })).to.have.length(1);
  });
});

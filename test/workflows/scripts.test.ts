import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

interface Call {
  operation: string;
  arguments: Record<string, unknown>;
}
type Script = (tools: object, options: object) => Promise<void>;

const script = (name: string) => require(join(__dirname, "../../.github/scripts", name)) as Script;

/** What the scripts call of GitHub's client, on a list that stands for what is there. */
function gitHub(there: object[]) {
  const calls: Call[] = [];
  const record = (operation: string) => (given: Record<string, unknown>) => {
    calls.push({ operation, arguments: given });
    return Promise.resolve();
  };
  const operations = ["createComment", "updateComment", "create", "update"];
  const issues = {
    listComments: "comments",
    listForRepo: "issues",
    ...Object.fromEntries(operations.map((operation) => [operation, record(operation)])),
  };
  return { calls, github: { rest: { issues }, paginate: () => Promise.resolve(there) } };
}

const context = {
  repo: { owner: "org", repo: "quayside" },
  serverUrl: "https://github.com",
  runId: 7,
  payload: { pull_request: { number: 5 } },
};

describe("the workflows' scripts", () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "quayside-scripts-"));
    file = join(folder, "body.md");
  });
  after(() => rmSync(folder, { recursive: true }));
  const body = (text: string) => writeFileSync(file, text);

  describe("comment", () => {
    const comment = script("comment.cjs");
    const plan = () => ({ about: "plan", file });

    it("writes a comment that it finds again", async () => {
      body("one change");
      const { calls, github } = gitHub([
        { id: 1, body: "<!-- quayside: plan -->", user: { type: "User" } },
        { id: 2, body: "<!-- quayside: preview-dev -->\n", user: { type: "Bot" } },
      ]);
      await comment({ github, context }, plan());
      expect(calls).to.deep.equal([
        {
          operation: "createComment",
          arguments: {
            ...context.repo,
            issue_number: 5,
            body: "<!-- quayside: plan -->\none change",
          },
        },
      ]);
      const own = { id: 9, body: calls[0]?.arguments.body, user: { type: "Bot" } };
      const again = gitHub([own]);
      await comment({ github: again.github, context }, plan());
      expect(again.calls.map(({ operation, arguments: { comment_id } }) => [operation, comment_id])).to.deep.equal([
        ["updateComment", 9],
      ]);
    });

    it("cuts what GitHub would refuse, closes the block and says where the rest is", async () => {
      body(`\`\`\`diff\n${"+ line\n".repeat(20_000)}\`\`\`\n`);
      const { calls, github } = gitHub([]);
      await comment({ github, context }, { ...plan(), folded: "Plan" });
      const text = String(calls[0]?.arguments.body);
      expect(text.length).to.be.lessThan(65_536);
      expect(text.match(/^```/gm)).to.have.lengthOf(2);
      expect(text).to.include("(https://github.com/org/quayside/actions/runs/7)");
      expect(text).to.match(/<\/details>$/);
    });
  });

  describe("drift-issue", () => {
    const report = script("drift-issue.cjs");
    const open = { number: 3, title: "The stack prod is not as its files say" };
    const other = { number: 4, title: "The stack dev is not as its files say" };
    const run = async (there: object[], drifted: boolean) => {
      body("- a queue");
      const { calls, github } = gitHub(there);
      await report({ github, context }, { stack: "prod", drifted, file });
      return calls.map(({ operation, arguments: { issue_number, state } }) => [operation, issue_number, state]);
    };

    it("opens one issue for a stack, and rewrites it while the drift lasts", async () => {
      expect(await run([other], true)).to.deep.equal([["create", undefined, undefined]]);
      expect(await run([other, open], true)).to.deep.equal([["update", 3, undefined]]);
    });

    it("closes it when the drift is over, and says nothing where there was none", async () => {
      expect(await run([other, open], false)).to.deep.equal([
        ["createComment", 3, undefined],
        ["update", 3, "closed"],
      ]);
      expect(await run([other], false)).to.deep.equal([]);
    });
  });
});

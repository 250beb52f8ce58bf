import { expect } from "chai";
import { partnerAccess } from "../partner-access";
import { type Edit, folderWith } from "../partner-files/broken-folders/sound-folder";
import { loadPartners } from "../partner-files/load-partners";
import { makePlan } from "./make-plan";
import type { Change, FlowChange, Plan } from "./plan";
import { planMarkdown } from "./plan-markdown";
import { planMermaid } from "./plan-mermaid";

const accessOf = (edits: readonly Edit[]) => loadPartners(folderWith(edits)).partners.map((p) => partnerAccess(p));

const emptyPlan: Plan = {
  before: { partners: 1, logins: 1 },
  after: { partners: 1, logins: 1 },
  removed: { partners: [], logins: [] },
  changes: [],
  flows: [],
  refusal: null,
  notes: [],
};

const change = (sentence: string, partner = "acme"): Change => ({
  kind: "key-added",
  partner,
  risk: "notice",
  because: "a new way in",
  sentence,
});

const flow = (overrides: Partial<FlowChange> = {}): FlowChange => ({
  change: "started",
  publisher: "clinic",
  virtualPath: "/claims",
  fileGroup: "claims",
  subscriber: "acme",
  subscription: "claims",
  match: "*.json",
  form: "json → csv (SQL)",
  delivery: "pushed",
  ...overrides,
});

describe("planMarkdown", () => {
  it("is a comment that says what is risky, draws the flows and folds the rest", () => {
    const plan = makePlan(
      accessOf([]),
      accessOf([
        { in: "acme/subscriptions/claims.yaml", replace: "publisher: clinic\n", by: "" },
        { in: "acme/partner.yaml", replace: "  sourceAddresses:\n    - 203.0.113.0/24\n", by: "" },
        { remove: "clinic/subscriptions/remittances.yaml" },
        {
          in: "clinic/partner.yaml",
          replace: "login:",
          by: "notifications: [{email: a@clinic.example, events: [transfer.held]}]\nlogin:",
        },
      ]),
      { notes: ["a note"] },
    );
    expect(planMarkdown(plan)).to.equal(`### Partners: 4 changes, 3 dangerous; 2 partners, 2 logins

> [!NOTE]
> a note

**Dangerous**

- 🔴 acme can log in from anywhere, and no longer from 203.0.113.0/24 only — *the list of addresses is removed*
- 🔴 acme's subscription claims takes files of everybody instead of clinic — *it takes the files of every partner that uploads them, now or later*
- 🔴 remittances files of acme (/remittances) stop flowing to clinic (subscription remittances); what is not delivered yet is cancelled — *files are no longer delivered*

**Flows** (green: starts, red: stops, ochre: changes)

\`\`\`mermaid
flowchart LR
  p0["acme"]
  p1["clinic"]
  p0 -.->|"remittances"| p1
  p1 -->|"claims *.json, json → csv (SQL)"| p0
  linkStyle 0 stroke:#cf222e,stroke-width:2px,stroke-dasharray:5 5
  linkStyle 1 stroke:#9a6700,stroke-width:2px
\`\`\`

<details><summary>acme: 2 changes</summary>

- 🔴 acme can log in from anywhere, and no longer from 203.0.113.0/24 only — *the list of addresses is removed*
- 🔴 acme's subscription claims takes files of everybody instead of clinic — *it takes the files of every partner that uploads them, now or later*

</details>

<details><summary>clinic: 2 changes</summary>

- a&#64;clinic.example is told of transfer.held of clinic, once it has consented
- 🔴 remittances files of acme (/remittances) stop flowing to clinic (subscription remittances); what is not delivered yet is cancelled — *files are no longer delivered*

</details>
`);
  });

  it("shows names as they are, and mentions nobody", () => {
    const text = planMarkdown({
      ...emptyPlan,
      changes: [change("*a* _b_ <img> `c` @team #12 [x](y) | \\ \u202e\u0007")],
    });
    expect(text).to.contain("\\*a\\* \\_b\\_ &lt;img\\> \\`c\\` &#64;team &#35;12 \\[x\\](y) \\| \\\\ ");
    expect(text).to.contain("\\\\u0007");
    expect(text).not.to.contain("\u0007");
  });

  it("fits a comment, and counts what does not", () => {
    const changes = Array.from({ length: 3000 }, (_, index) =>
      change(`a sentence of some length ${index}`, `p-${index % 50}`),
    );
    const text = planMarkdown({ ...emptyPlan, changes });
    expect(text.length).to.be.below(60_000).and.above(50_000);
    const shown = [...text.matchAll(/<details><summary>p-\d+: (\d+) changes/g)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
    expect(text).to.contain(`…and ${3000 - shown} more changes`);
  });

  it("says first that the plan is refused", () => {
    expect(planMarkdown({ ...emptyPlan, refusal: "too many" })).to.contain("> [!CAUTION]\n> Refused: too many\n");
  });
});

describe("planMermaid", () => {
  it("draws nothing where no flow is affected", () => expect(planMermaid(emptyPlan)).to.equal(null));

  it("draws the folders of one publisher as one arrow, and quotes what Mermaid would read", () => {
    const flows = [flow(), flow({ virtualPath: "/more" }), flow({ match: '"a|b";#1<2>' })];
    expect(planMermaid({ ...emptyPlan, flows })?.text).to.equal(
      [
        "flowchart LR",
        '  p0["clinic"]',
        '  p1["acme"]',
        '  p0 -->|"claims *.json, json → csv (SQL)"| p1',
        '  p0 -->|"claims #34;a#124;b#34;#59;#35;1#60;2#62;, json → csv (SQL)"| p1',
        "  linkStyle 0 stroke:#1a7f37,stroke-width:2px",
        "  linkStyle 1 stroke:#1a7f37,stroke-width:2px",
      ].join("\n"),
    );
  });

  it("leaves out what makes it unreadable, and counts it", () => {
    const flows = Array.from({ length: 70 }, (_, index) => flow({ subscriber: `p-${index}` }));
    expect(planMermaid({ ...emptyPlan, flows })?.left).to.equal(10);
  });
});

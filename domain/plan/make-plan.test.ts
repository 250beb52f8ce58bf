import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { sortedJson } from "../entitlements";
import { partnerAccess } from "../partner-access";
import { type Edit, folderWith } from "../partner-files/broken-folders/sound-folder";
import { loadPartners } from "../partner-files/load-partners";
import { formatProblem } from "../problem";
import { makePlan } from "./make-plan";
import { changeKinds } from "./plan";
import { planText } from "./plan-text";
import { recordedChanges } from "./recorded-changes";

const plain = { bold: String, red: String, yellow: String };

const accessOf = (edits: readonly Edit[]) => {
  const { partners, problems } = loadPartners(folderWith(edits));
  expect(problems.map(formatProblem)).to.deep.equal([]);
  return partners.map((partner) => partnerAccess(partner));
};

const planOf = ({ before = [], edits }: { before?: Edit[]; edits: Edit[] }) =>
  makePlan(accessOf(before), accessOf([...before, ...edits]));

describe("makePlan", () => {
  describe("says of", () => {
    const recorded = new Map(
      [
        ...readFileSync(join(__dirname, "recorded-plans.md"), "utf8").matchAll(/^## (.*)\n\n```\n([\s\S]*?)^```$/gm),
      ].map(([, title = "", text = ""]) => [title, text]),
    );
    for (const change of recordedChanges) {
      it(change.title, () => expect(planText(planOf(change), plain)).to.equal(recorded.get(change.title)));
    }

    it("nothing that is not tried", () =>
      expect([...recorded.keys()]).to.deep.equal(recordedChanges.map(({ title }) => title)));

    it("every kind of change", () => {
      const kinds = new Set(recordedChanges.flatMap((change) => planOf(change).changes.map(({ kind }) => kind)));
      expect([...kinds].sort()).to.deep.equal([...changeKinds].sort());
    });
  });

  it("says each change in one sentence, with a reason exactly where there is a risk", () => {
    for (const change of recordedChanges) {
      for (const { sentence, risk, because } of planOf(change).changes) {
        expect(sentence).to.match(/^[^\n]+[^\n.]$/);
        expect(because === null).to.equal(risk === "none");
      }
    }
  });

  it("is undone by the plan the other way round", () => {
    for (const { before = [], edits } of recordedChanges) {
      const [left, right] = [accessOf(before), accessOf([...before, ...edits])];
      const there = makePlan(left, right);
      const back = makePlan(right, left);
      expect(back.changes.length > 0).to.equal(there.changes.length > 0);
      // A rename back is one only where it says so.
      if (there.changes.some(({ kind }) => kind === "partner-renamed")) continue;
      const turned = { started: "stopped", stopped: "started", changed: "changed" };
      const sorted = (flows: { publisher: string; virtualPath: string; change: string }[]) =>
        flows.map(({ publisher, virtualPath, change }) => `${publisher}${virtualPath} ${change}`).sort();
      expect(sorted(back.flows)).to.deep.equal(
        sorted(there.flows.map((flow) => ({ ...flow, change: turned[flow.change] }))),
      );
    }
  });

  describe("between any two folders", () => {
    /** Whole folders, made from the recorded changes that can be combined. */
    const folders = recordedChanges.map(({ before = [], edits }) => [...before, ...edits]);
    const folder = fc.integer({ min: 0, max: folders.length - 1 }).map((index) => accessOf(folders[index] ?? []));

    it("says nothing where they are the same", () => {
      fc.assert(
        fc.property(folder, (access) => {
          const { changes, flows, removed, refusal } = makePlan(access, structuredClone(access));
          expect({ changes, flows, removed, refusal }).to.deep.equal({
            changes: [],
            flows: [],
            removed: { partners: [], logins: [] },
            refusal: null,
          });
        }),
      );
    });

    it("names every partner whose access differs, and no other but those whose flows do", () => {
      fc.assert(
        fc.property(folder, folder, (before, after) => {
          const plan = makePlan(before, after);
          const named = new Set(plan.changes.map(({ partner }) => partner));
          for (const access of after) {
            const former = before.find(({ partner }) => partner === access.partner);
            if (former !== undefined && sortedJson(former) !== sortedJson(access))
              expect(named).to.include(access.partner);
          }
          const ids = (all: typeof before) => all.map(({ partner }) => partner);
          for (const id of [...ids(before), ...ids(after)]) {
            if (ids(before).includes(id) !== ids(after).includes(id)) {
              const isRenamed = after.some(({ previously }) => previously.includes(id));
              if (!isRenamed) expect(named).to.include(id);
            }
          }
        }),
        { numRuns: 150 },
      );
    });
  });

  describe("passes over no change of any value", () => {
    /** Every leaf of the partners, with something else in its place. */
    const base = accessOf([
      { in: "acme/partner.yaml", replace: "  username: acme-edi", by: "  username: acme-edi\n  passwordVersion: 2" },
      { in: "clinic/partner.yaml", replace: "contacts:", by: "previously: old-clinic\ncontacts:" },
    ]);
    const places = leaves(base.map(({ entitlements, notifications, name }) => ({ entitlements, notifications, name })));

    for (const path of places) {
      // The id and what is derived from it change together, which is a rename.
      if (/\.(partner|kind)$/.test(`.${path.join(".")}`)) continue;
      it(path.join("."), () => {
        const after = structuredClone(base);
        alter(after, path);
        const { changes } = makePlan(base, after);
        expect(changes.map(({ partner }) => partner)).to.include(base[Number(path[0])]?.partner);
        // These follow from others in real files, which do have sentences.
        const isDerived = /objectPrefix|previously|entitlements\.name$/.test(path.join("."));
        if (!isDerived) expect(changes.map(({ kind }) => kind)).not.to.include("other");
      });
    }
  });
});

type Path = (string | number)[];

function leaves(value: unknown, path: Path = []): Path[] {
  if (value === null || typeof value !== "object") return [path];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

function alter(value: unknown, path: Path): void {
  const parent = path.slice(0, -1).reduce((inner, key) => (inner as Record<string, unknown>)[key], value) as Record<
    string,
    unknown
  >;
  const key = String(path.at(-1));
  const current = parent[key];
  const others: Record<string, unknown> = {
    access: "both",
    replicate: current !== true,
    onConflict: current === "replace" ? "rename" : "replace",
    endpoint: "internal",
    from: "csv",
    to: "parquet",
    authentication: current === "key" ? "password" : "key",
    passwordVersion: 7,
    port: 2022,
    publisher: "another",
    match: "another*",
  };
  const isAddress = path.includes("sourceAddresses");
  parent[key] = isAddress ? "198.51.100.0/24" : (others[key] ?? `${String(current)}-other`);
}

import { expect } from "chai";
import { type ReconcileInput, reconcileInput, sourceOf } from "./reconcile-input";

const input = {
  appliedBy: "reconcile",
  entitlements: { partner: "acme", name: "Acme", login: null, folders: [], destinations: [], subscriptions: [] },
  destinationSecrets: { main: "arn" },
  tf: { action: "create", prev_input: null },
} satisfies ReconcileInput;

describe("reconcileInput", () => {
  it("takes what the program and its provider send", () => {
    expect(reconcileInput(input)).to.equal(input);
  });

  for (const [what, event] of [
    ["nothing", undefined],
    ["no partner", { ...input, entitlements: {} }],
    ["nobody who applies it", { ...input, appliedBy: undefined }],
    ["no secrets", { ...input, destinationSecrets: undefined }],
  ]) {
    it(`refuses ${what}`, () => {
      expect(() => reconcileInput(event)).to.throw("{appliedBy, entitlements, destinationSecrets, tf}");
    });
  }

  it("refuses an action that it does not know, and says how to get the right one", () => {
    for (const tf of [undefined, {}, { action: "refresh" }]) {
      expect(() => reconcileInput({ ...input, tf })).to.throw('lifecycleScope "CRUD"');
    }
  });
});

describe("sourceOf", () => {
  it("stays the same through renames, and not where another function applies the partner", () => {
    const source = sourceOf(input);
    expect(source).to.equal("reconcile/acme");
    const renamed = { ...input.entitlements, partner: "umbra", previously: ["acme", "acme-health"] };
    expect(sourceOf({ ...input, entitlements: renamed })).to.equal(source);
    expect(sourceOf({ ...input, appliedBy: "another" })).not.to.equal(source);
    expect(sourceOf({ ...input, entitlements: { ...renamed, previously: [] } })).not.to.equal(source);
  });
});

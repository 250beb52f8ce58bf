import { expect } from "chai";
import { inputHash, type ReconcileInput, reconcileInput } from "./reconcile-input";

const input = {
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
    ["no secrets", { ...input, destinationSecrets: undefined }],
  ]) {
    it(`refuses ${what}`, () => {
      expect(() => reconcileInput(event)).to.throw("{entitlements, destinationSecrets, tf}");
    });
  }

  it("refuses an action that it does not know, and says how to get the right one", () => {
    for (const tf of [undefined, {}, { action: "refresh" }]) {
      expect(() => reconcileInput({ ...input, tf })).to.throw('lifecycleScope "CRUD"');
    }
  });
});

describe("inputHash", () => {
  it("depends on all that the program put in, and on nothing that the provider added", () => {
    const hash = inputHash(input);
    expect(hash).to.match(/^[0-9a-f]{64}$/);
    expect(inputHash({ ...input, tf: { action: "delete", prev_input: input } })).to.equal(hash);
    expect(inputHash({ tf: input.tf, destinationSecrets: { main: "arn" }, entitlements: input.entitlements })).to.equal(
      hash,
    );
    expect(inputHash({ ...input, destinationSecrets: { main: "another" } })).not.to.equal(hash);
    expect(inputHash({ ...input, appliedBy: "another function" } as ReconcileInput)).not.to.equal(hash);
  });
});

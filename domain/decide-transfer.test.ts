import { expect } from "chai";
import { decideTransfer, decideUnconfirmed, type Scan, type TransferFacts } from "./decide-transfer";
import { scanStatuses } from "./scan-status";

const verdicts = [null, ...scanStatuses.map((status) => ({ status, threats: [] }))];
const allFacts = ([null, "completed", "failed"] as const).flatMap((end) =>
  verdicts.map((verdict): TransferFacts => ({ end, verdict })),
);
const stacks: Scan[] = ["none", "guardduty"];

describe("decideTransfer", () => {
  it("routes what is whole, and where the stack scans, clean: nothing else", () => {
    for (const scan of stacks) {
      for (const facts of allFacts) {
        const isClean = facts.verdict?.status === "NO_THREATS_FOUND";
        const isThreat = facts.verdict?.status === "THREATS_FOUND";
        const isRouted = decideTransfer(facts, scan)?.state === "routed";
        expect(isRouted, JSON.stringify([scan, facts])).to.equal(
          facts.end === "completed" && !isThreat && (scan === "none" || isClean),
        );
      }
    }
  });

  it("quarantines every threat, by name where it has one", () => {
    for (const scan of stacks) {
      for (const end of [null, "completed", "failed"] as const) {
        const verdict = { status: "THREATS_FOUND" as const, threats: ["EICAR", "Other"] };
        expect(decideTransfer({ end, verdict }, scan)).to.deep.equal({
          state: "quarantined",
          reason: "malware was found: EICAR, Other",
        });
      }
    }
    const nameless = { end: null, verdict: { status: "THREATS_FOUND" as const, threats: [] } };
    expect(decideTransfer(nameless, "none")).to.deep.include({ reason: "malware was found" });
  });

  it("calls a failed upload truncated, whatever the scan could not say", () => {
    for (const scan of stacks) {
      for (const verdict of verdicts.filter((verdict) => verdict?.status !== "THREATS_FOUND")) {
        expect(decideTransfer({ end: "failed", failureCode: "PARTIAL_UPLOAD", verdict }, scan)).to.deep.equal({
          state: "truncated",
          reason: "the upload failed (PARTIAL_UPLOAD)",
        });
      }
    }
  });

  it("holds what a scan could not judge, also before the upload's end is known", () => {
    for (const end of [null, "completed"] as const) {
      const facts = { end, verdict: { status: "UNSUPPORTED" as const, threats: [] } };
      expect(decideTransfer(facts, "guardduty")?.state).to.equal("held");
    }
  });

  it("waits for what is missing", () => {
    expect(decideTransfer({ end: null, verdict: null }, "none")).to.equal(null);
    expect(decideTransfer({ end: null, verdict: null }, "guardduty")).to.equal(null);
    expect(decideTransfer({ end: "completed", verdict: null }, "guardduty")).to.equal(null);
  });
});

describe("decideUnconfirmed", () => {
  it("routes by the policy only, and never what a scanning stack has not found clean", () => {
    for (const scan of stacks) {
      for (const policy of ["hold", "route"] as const) {
        for (const facts of allFacts) {
          const { state } = decideUnconfirmed(facts, { scan, policy, waitedSeconds: 600 });
          const isClean = scan === "none" || facts.verdict?.status === "NO_THREATS_FOUND";
          expect(state).to.equal(policy === "route" && isClean ? "routed" : "held");
        }
      }
    }
  });
});

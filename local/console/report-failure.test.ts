import { PassThrough } from "node:stream";
import { expect } from "chai";
import { PartnerProblems, PartnersUnreadable } from "../service/read-partner-files";
import { RecentLog } from "./recent-log";
import { reportFailure } from "./report-failure";
import { openTerminal } from "./terminal";

describe("reportFailure", () => {
  const said = (error: unknown) => {
    const stream = new PassThrough();
    const log = new RecentLog();
    log.add({ from: "lambda/quayside-dev-reconcile", line: "no such\ncolumn" });
    reportFailure(openTerminal(stream as unknown as NodeJS.WriteStream), error, log);
    return String(stream.read());
  };
  const problem = { file: "acme/partner.yaml", line: 2, column: 1, message: "it is wrong", fix: "mend it" };

  it("says what the stand-ins said last", () => {
    expect(said(new Error("reconcile failed"))).to.equal(
      "\n  ✖ reconcile failed\n  what the stand-ins said last:\n    lambda/quayside-dev-reconcile: no such\\u000acolumn\n",
    );
  });

  it("leaves that out where it is the files' fault", () => {
    expect(said(new PartnersUnreadable("cannot read"))).to.equal("\n  ✖ cannot read\n");
    expect(said(new PartnerProblems({ folder: "./partners/", partners: 3, problems: [problem] }))).to.equal(
      "\npartners/acme/partner.yaml:2:1: it is wrong; mend it\n1 problem in 1 file\n",
    );
  });
});

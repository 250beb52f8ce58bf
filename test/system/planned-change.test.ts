import { expect } from "chai";
import { partnerAccess } from "../../domain/partner-access";
import { loadPartners } from "../../domain/partner-files/load-partners";
import { makePlan } from "../../domain/plan/make-plan";
import { fileGroups, partnerFiles } from "./partner-files";
import { type RunningService, startRunningService } from "./running-service";

type Files = Record<string, string>;

const sender: Files = partnerFiles("sender", {
  login: { passwordVersion: 1 },
  folders: [{ virtualPath: "/out", access: "upload", fileGroup: "reports" }],
});
const reader = (subscription: object = {}): Files =>
  partnerFiles(
    "reader",
    { login: { passwordVersion: 1 }, folders: [{ virtualPath: "/in", access: "download" }] },
    { subscriptions: { all: { fileGroup: "reports", ...subscription, deliver: { place: { virtualPath: "/in" } } } } },
  );
const base: Files = { ...fileGroups("reports"), ...sender, ...reader() };

/** Kinds of change: the files before and after. */
const changes: Record<string, [before: Files, after: Files]> = {
  "nothing changes": [base, base],
  "a partner is added": [
    base,
    {
      ...base,
      ...partnerFiles("newcomer", {
        login: { passwordVersion: 1 },
        folders: [{ virtualPath: "/in", access: "download" }],
      }),
    },
  ],
  "a subscription narrows": [base, { ...base, ...reader({ match: "*.csv" }) }],
  "a password is issued anew": [
    base,
    {
      ...base,
      ...partnerFiles("sender", {
        login: { passwordVersion: 2 },
        folders: [{ virtualPath: "/out", access: "upload", fileGroup: "reports" }],
      }),
    },
  ],
  "a partner is removed": [
    base,
    Object.fromEntries(Object.entries(base).filter(([path]) => !path.startsWith("reader/"))),
  ],
};

const accessOf = (files: Files) =>
  loadPartners(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]))).partners.map(
    partnerAccess,
  );

describe("A plan and what applying it changes", function () {
  this.timeout(120_000);
  let running: RunningService;
  before(async () => {
    running = await startRunningService(base);
  });
  after(() => running?.stop());

  for (const [title, [before, after]] of Object.entries(changes)) {
    it(`name the same partners where ${title}`, async () => {
      const plan = makePlan(accessOf(before), accessOf(after), { allowRemovals: true });
      const gone = Object.keys(before).filter((path) => !(path in after));
      await running.write({ ...after, ...Object.fromEntries(gone.map((path) => [path, undefined])) });
      const applied = await running.service.up();
      const touched = [...new Set(applied.map(({ name }) => name.split("/", 1)[0]))].sort();
      // A partner whose files say the same is planned and changed by nothing, even where it now gets other files.
      const planned = [...new Set(plan.changes.map(({ partner }) => partner))].sort();
      expect(touched, JSON.stringify(applied)).to.deep.equal(planned);
      await running.write({ ...before });
      await running.service.up();
    });
  }
});

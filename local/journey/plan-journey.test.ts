import { expect } from "chai";
import { loadPartners } from "../../domain/partner-files/load-partners";
import { fileGroups, partnerFiles } from "../../test/system/partner-files";
import { type JourneyOptions, planJourney } from "./plan-journey";

const place = { deliver: { place: { virtualPath: "/in" } } };
const sends = (fileGroup: string) => ({
  login: { passwordVersion: 1 },
  folders: [{ virtualPath: "/out", access: "upload", fileGroup }],
});
const receives = { login: { passwordVersion: 1 }, folders: [{ virtualPath: "/in", access: "download" }] };

/** Uploads as `publisher/name → subscriber …`. */
function plan(files: Record<string, string>, options?: JourneyOptions): string[] {
  const map = new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));
  const { partners, problems } = loadPartners(map);
  expect(problems).to.deep.equal([]);
  return planJourney(partners, options).map(({ publisher, fileName, expected }) =>
    [`${publisher}/${fileName} →`, ...expected.map(({ subscriber }) => subscriber)].join(" "),
  );
}

describe("planJourney", () => {
  const files = {
    ...fileGroups("claims", "prices"),
    ...partnerFiles("acme", receives, {
      subscriptions: {
        claims: { fileGroup: "claims", match: "*.json", ...place },
        prices: { fileGroup: "prices", match: "prices-????-??.csv", ...place },
      },
    }),
    ...partnerFiles("beta", receives, { subscriptions: { claims: { fileGroup: "claims", ...place } } }),
    ...partnerFiles("clinic", sends("claims")),
    "clinic/samples/uploads/out/a.json": "{}",
    "acme/samples/claims.json": "{}",
    ...partnerFiles("lab", sends("prices")),
    "lab/samples/uploads/out/prices-2026-09.csv": "x",
  };

  it("uploads every partner's samples and those of subscriptions", () => {
    expect(plan(files)).to.deep.equal([
      "clinic/a.json → acme beta",
      "lab/prices-2026-09.csv → acme",
      "clinic/claims.json → acme beta",
    ]);
  });

  it("leaves out what touches none of the partners that it is about", () => {
    expect(plan(files, { touched: new Set(["beta"]) })).to.deep.equal([
      "clinic/a.json → acme beta",
      "clinic/claims.json → acme beta",
    ]);
    expect(plan(files, { touched: new Set(["lab"]) })).to.deep.equal(["lab/prices-2026-09.csv → acme"]);
  });

  it("gives names that were not used, and that subscriptions take as they took the sample's own", () => {
    const used = new Set(["clinic/a.json", "clinic/a-2.json", "lab/prices-2026-09.csv"]);
    const isKnown = (publisher: string, name: string) => used.has(`${publisher}/${name}`);
    expect(plan(files, { isKnown })).to.deep.equal([
      "clinic/a-3.json → acme beta",
      "lab/prices-2026-10.csv → acme",
      "clinic/claims.json → acme beta",
    ]);
  });
});

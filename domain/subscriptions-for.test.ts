import { expect } from "chai";
import { subscriptionsFor } from "./subscriptions-for";

describe("subscriptionsFor", () => {
  const subscriptions = [
    { name: "all", fileGroup: "claims", publisher: null, match: null },
    { name: "json", fileGroup: "claims", publisher: null, match: "*.json" },
    { name: "clinic's", fileGroup: "claims", publisher: "clinic", match: null },
    { name: "clinic's json", fileGroup: "claims", publisher: "clinic", match: "*.json" },
    { name: "other group", fileGroup: "prices", publisher: null, match: null },
  ];
  const takers = (publisher: string, fileName: string, fileGroup = "claims") =>
    subscriptionsFor({ publisher, fileGroup, fileName }, subscriptions).map(({ name }) => name);

  it("asks for group, publisher and name at once", () => {
    expect(takers("clinic", "a.json")).to.deep.equal(["all", "json", "clinic's", "clinic's json"]);
    expect(takers("clinic", "a.csv")).to.deep.equal(["all", "clinic's"]);
    expect(takers("lab", "a.json")).to.deep.equal(["all", "json"]);
    expect(takers("lab", "a.JSON")).to.deep.equal(["all"]);
    expect(takers("clinic", "a.json", "prices")).to.deep.equal(["other group"]);
    expect(takers("clinic", "a.json", "claim")).to.deep.equal([]);
    expect(takers("clinic-2", "a.csv")).to.deep.equal(["all"]);
  });
});

import { expect } from "chai";
import { touchedPartners } from "./touched-partners";

describe("touchedPartners", () => {
  const partner = (id: string, previously?: string | string[]) => ({ id, settings: { previously } as never });

  it("are the owners of changed resources, a renamed one included", () => {
    const partners = [partner("acme"), partner("harbor", ["harbor-imaging", "harbour"]), partner("lab")];
    const changes = [{ name: "acme/claims-intake" }, { name: "harbor-imaging" }, { name: "harbour" }];
    expect(touchedPartners(partners, changes).map(({ id }) => id)).to.deep.equal(["acme", "harbor"]);
  });
});

import { expect } from "chai";
import { resourceSummary } from "./change-lines";

describe("resourceSummary", () => {
  const resources = (...types: string[]) => types.map((type) => ({ type }));

  it("names the three services with the most resources, and no component of Pulumi's", () => {
    const few = resources("aws:s3/bucket:Bucket", "pulumi:pulumi:Stack", "aws:sqs/queue:Queue", "aws:s3/object:Object");
    expect(resourceSummary(few)).to.equal("s3 2, sqs 1");
    const more = [...few, ...resources("quayside:PartnerAccess", "aws:sns/topic:Topic", "awsx:ecr:Image")];
    expect(resourceSummary(more)).to.equal("s3 2, ecr 1, quayside 1, …");
  });
});

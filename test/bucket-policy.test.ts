import { expect } from "chai";
import { recordProgram } from "../infra/testing";
import { evaluate } from "../local/iam/evaluate";
import type { PolicyDocument } from "../local/iam/policy-document";

describe("the bucket's policy", () => {
  let policy: PolicyDocument;
  let key: string;
  const objects = "arn:aws:s3:::quayside-dev-000000000000-eu-central-1/acme/claims/a.csv";
  before(async () => {
    const program = await recordProgram();
    policy = JSON.parse(String(program.one("BucketPolicy", "files").inputs.policy));
    key = String(program.one("Key", "data-key").state.arn);
  });
  const refused = (asked: Record<string, string>) => {
    const context = Object.fromEntries(
      Object.entries(asked).map(([name, value]) => [`s3:x-amz-server-side-encryption${name}`, value]),
    );
    return evaluate([policy], { action: "s3:PutObject", resource: objects, context }) === "explicitDeny";
  };

  it("takes objects under our key, asked for or by default", () => {
    expect(refused({})).to.equal(false);
    expect(refused({ "": "aws:kms" })).to.equal(false);
    expect(refused({ "": "aws:kms", "-aws-kms-key-id": key })).to.equal(false);
  });

  it("takes none under another key: of KMS, of S3 or of the sender", () => {
    expect(refused({ "": "aws:kms", "-aws-kms-key-id": `${key}1` })).to.equal(true);
    expect(refused({ "": "AES256" })).to.equal(true);
    expect(refused({ "-customer-algorithm": "AES256" })).to.equal(true);
  });
});

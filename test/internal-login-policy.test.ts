import { expect } from "chai";
import type { FolderEntitlement } from "../domain/entitlements";
import { authorize, type LoginAnswer } from "../functions/authorize/authorize";
import { application } from "../infra/partner-fixtures";
import { type RecordedProgram, recordProgram } from "../infra/testing";
import { evaluate } from "../local/iam/evaluate";
import { listOf, parsePolicy } from "../local/iam/policy-document";

const config = { internalEndpoint: "true", ignoredNames: '["*.uploading","*.tmp"]' };

/** What the authorize function would answer at the partner endpoint, in this stack, to a login with these folders. */
function answerOf(program: RecordedProgram, folders: FolderEntitlement[]): Promise<LoginAnswer> {
  const { variables } = program.one("lambda/function:Function", "authorize").inputs.environment as {
    variables: Record<"TRANSFER_ROLE_ARN" | "BUCKET" | "KEY_ARN" | "IGNORED_NAMES", string>;
  };
  const login = { username: "billing", partner: "billing", hasPassword: false, sourceAddresses: [], folders };
  return authorize(
    { username: "billing", protocol: "SFTP", sourceAddress: "10.40.0.7", password: null },
    {
      findLogin: async () => ({ ...login, publicKeys: ["ssh-ed25519 AAAA"] }),
      checkPassword: async () => "wrong",
      roleArn: variables.TRANSFER_ROLE_ARN,
      bucket: variables.BUCKET,
      keyArn: variables.KEY_ARN,
      temporaryNames: variables.IGNORED_NAMES.split(","),
      log: () => {},
    },
  );
}

describe("a login on the internal endpoint", () => {
  let program: RecordedProgram;
  let answer: LoginAnswer;
  const user = () => program.one("transfer/user:User", "billing").inputs;
  before(async () => {
    program = await recordProgram({ config, partners: application("billing") });
    const { entitlements } = JSON.parse(String(program.one("Invocation", "billing").inputs.input));
    answer = await answerOf(program, entitlements.folders);
  });

  it("is granted exactly what authorize would grant it on the partner endpoint", () => {
    expect(user().policy).to.equal(answer.Policy).and.to.be.a("string");
    const policyOf = (arn: unknown) => {
      const role = program.all("iam/role:Role").find(({ state }) => state.arn === arn);
      return program.one("RolePolicy", String(role?.name)).inputs.policy;
    };
    expect(policyOf(user().role)).to.equal(policyOf(answer.Role)).and.to.be.a("string");
  });

  it("sees the same folders", () => {
    const seen = JSON.parse(answer.HomeDirectoryDetails ?? "").map(({ Entry, Target }: Record<string, string>) => ({
      entry: Entry,
      target: Target,
    }));
    expect(user().homeDirectoryMappings).to.deep.equal(seen);
    expect(user().homeDirectoryType).to.equal(answer.HomeDirectoryType);
  });

  it("can write and read encrypted files in its folders, and reaches nobody else's", () => {
    const policies = [parsePolicy(String(user().policy))];
    const bucket = `arn:aws:s3:::${program.outputs.bucket}`;
    const key = String(program.one("Key", "data-key").state.arn);
    const allows = (action: string, resource: string) =>
      evaluate(policies, { action, resource, context: {} }) === "allow";
    for (const action of ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"]) {
      expect(allows(action, `${bucket}/billing/exchange/a.csv`), action).to.equal(true);
      expect(allows(action, `${bucket}/acme/exchange/a.csv`), action).to.equal(false);
    }
    for (const action of ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]) {
      expect(allows(action, key), action).to.equal(true);
    }
    // What the session's own role does not allow, its policy cannot.
    const role = [parsePolicy(String(program.one("RolePolicy", "transfer-internal-session").inputs.policy))];
    for (const { Action, Resource } of listOf(policies[0]?.Statement)) {
      for (const action of listOf(Action)) {
        for (const resource of listOf(Resource)) {
          const context = { "kms:ViaService": "s3.eu-central-1.amazonaws.com" };
          expect(evaluate(role, { action, resource, context }), `${action} on ${resource}`).to.equal("allow");
        }
      }
    }
    // A client's closing rename, under the stack's own names for unfinished uploads.
    expect(allows("s3:DeleteObject", `${bucket}/billing/in/a.csv.uploading`)).to.equal(true);
    expect(allows("s3:DeleteObject", `${bucket}/billing/in/a.csv.filepart`)).to.equal(false);
  });
});

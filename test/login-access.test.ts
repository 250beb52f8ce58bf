import { expect } from "chai";
import fc from "fast-check";
import type { FolderAccess } from "../domain/entitlements";
import type { PartnerLogin } from "../domain/ledger/entitlements/find-login";
import { loginAccess } from "../domain/login-access";
import { authorize } from "../functions/authorize/authorize";
import { evaluate } from "../local/iam/evaluate";
import { parsePolicy } from "../local/iam/policy-document";
import { folder } from "./partners-fixture";

const stack = {
  bucket: "quayside-files",
  keyArn: "arn:aws:kms:eu-central-1:000000000000:key/0b1c2d3e-0000-4000-8000-000000000000",
  temporaryNames: ["*.part", "*.uploading"],
};

/** What the authorize function answers to a login with a key. */
async function answered(login: PartnerLogin) {
  const request = { username: login.username, protocol: "SFTP", sourceAddress: "203.0.113.7", password: null };
  const answer = await authorize(request, {
    ...stack,
    findLogin: async () => login,
    checkPassword: () => expect.fail("nobody sent a password"),
    roleArn: "arn:aws:iam::000000000000:role/session",
    log: () => {},
  });
  return { policy: answer.Policy ?? "", homeDirectoryDetails: JSON.parse(answer.HomeDirectoryDetails ?? "[]") };
}

const loginWith = (folders: PartnerLogin["folders"]): PartnerLogin => ({
  ...{ username: "acme", partner: "acme", hasPassword: false, sourceAddresses: [], folders },
  publicKeys: ["ssh-ed25519 AAAA"],
});

describe("loginAccess", () => {
  const name = fc.stringMatching(/^[a-z-]{1,6}$/);
  const anyFolders = fc.uniqueArray(
    fc.record({ path: name, access: fc.constantFrom<FolderAccess>("upload", "download", "both") }),
    { minLength: 1, maxLength: 5, selector: ({ path }) => path },
  );
  const entitled = (folders: { path: string; access: FolderAccess }[]) =>
    folders.map(({ path, access }) => folder("acme", `/${path}`, access, access === "download" ? null : "claims"));

  it("is what the authorize function answers, to the letter: policy and logical directories", () =>
    fc.assert(
      fc.asyncProperty(anyFolders, async (folders) => {
        const access = loginAccess({ ...stack, folders: entitled(folders) });
        const { policy, homeDirectoryDetails } = await answered(loginWith(entitled(folders)));
        expect(access.policy).to.equal(policy);
        expect(access.homeDirectoryMappings).to.deep.equal(
          homeDirectoryDetails.map(({ Entry, Target }: Record<string, string>) => ({ entry: Entry, target: Target })),
        );
      }),
    ));

  it("grants on every key, temporary names included, what the session of the partner endpoint grants", async () => {
    const folders = [
      folder("acme", "/in", "upload", "claims"),
      folder("acme", "/out", "download", null),
      folder("acme", "/shared", "both", "claims", { replicate: true }),
    ];
    const { policy } = await answered(loginWith(folders));
    const both = [policy, loginAccess({ ...stack, folders }).policy].map((text) => [parsePolicy(text)]);
    const keys = ["in/a", "in/a.part", "in/a.uploading", "in/a.tmp", "out/a", "shared/a", "other/a"].map(
      (key) => `arn:aws:s3:::${stack.bucket}/acme/${key}`,
    );
    const granted: string[] = [];
    for (const action of ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]) {
      for (const resource of keys) {
        const [partner, internal] = both.map((policies) => evaluate(policies, { action, resource, context: {} }));
        expect(internal, `${action} on ${resource}`).to.equal(partner);
        if (internal === "allow") granted.push(`${action} ${resource.slice(resource.indexOf("acme/"))}`);
      }
    }
    expect(granted).to.include.members(["s3:PutObject acme/in/a", "s3:DeleteObject acme/in/a.uploading"]);
    expect(granted).to.not.include("s3:DeleteObject acme/in/a.tmp");
  });
});

import { expect } from "chai";
import fc from "fast-check";
import type { FolderAccess, FolderEntitlement } from "../domain/entitlements";
import { fileNameMatches } from "../domain/file-name-match";
import { fileName, folderPrefix, virtualPath } from "../domain/paths";
import { longestSessionPolicy, sessionPolicy } from "../domain/session-policy";
import { evaluate } from "../local/iam/evaluate";
import { parsePolicy } from "../local/iam/policy-document";

const bucket = "quayside-files";
const keyArn = "arn:aws:kms:eu-central-1:000000000000:key/0b1c2d3e-0000-4000-8000-000000000000";

const folder = (partner: string, path: string, access: FolderAccess): FolderEntitlement => ({
  virtualPath: virtualPath(path),
  objectPrefix: folderPrefix(partner, virtualPath(path)),
  access,
  fileGroup: access === "download" ? null : "claims",
  replicate: false,
});

const acme = [folder("acme", "/in", "upload"), folder("acme", "/out", "download"), folder("acme", "/shared", "both")];

/** A session's rights as a function: whether its policy allows an action on a key (or the key's bucket, to list it). */
function session(folders: readonly FolderEntitlement[], options: { temporaryNames?: readonly string[] } = {}) {
  const policies = [parsePolicy(sessionPolicy({ bucket, keyArn, folders, ...options }))];
  const allows = (action: string, resource: string, context = {}) =>
    evaluate(policies, { action, resource, context }) === "allow";
  return {
    allows,
    may: (action: string, key: string) => allows(`s3:${action}`, `arn:aws:s3:::${bucket}/${key}`),
    mayList: (prefix: string | undefined, of = bucket) =>
      allows("s3:ListBucket", `arn:aws:s3:::${of}`, prefix === undefined ? {} : { "s3:prefix": prefix }),
  };
}

const uploading = ["PutObject", "AbortMultipartUpload", "PutObjectTagging"] as const;
const objectActions = [...uploading, "GetObject", "DeleteObject", "GetObjectTagging"] as const;

describe("sessionPolicy", () => {
  describe("grants", () => {
    const { may } = session(acme);
    const cases: [key: string, allowed: readonly string[]][] = [
      ["acme/in/claims.csv", uploading],
      ["acme/in/deeper/claims.csv", uploading],
      ["acme/out/claims.csv", ["GetObject"]],
      ["acme/shared/claims.csv", objectActions],
      // A client's closing rename copies the temporary object and deletes it.
      ...["filepart", "part", "partial", "tmp"].map((ending): [string, readonly string[]] => [
        `acme/in/claims.csv.${ending}`,
        objectActions,
      ]),
      ["acme/in/.tmp/claims.csv", uploading],
      ["acme/in/claims.csv.tmp2", uploading],
      // Beside the folders
      ["acme/in", []],
      ["acme/in2/claims.csv", []],
      ["acme/claims.csv", []],
      ["acme/IN/claims.csv", []],
      ["claims.csv", []],
      // Of others, also such as are called alike
      ["acme-health/in/claims.csv", []],
      ["acme-health/in/claims.csv.filepart", []],
      ["acme2/out/claims.csv", []],
      ["ac/out/claims.csv", []],
      ["other/acme/out/claims.csv", []],
      ["other/acme/in/claims.csv.tmp", []],
      [".transformed/1/claims.csv", []],
    ];
    for (const [key, allowed] of cases) {
      it(`${allowed.join(", ") || "nothing"} on ${key}`, () =>
        expect(objectActions.filter((action) => may(action, key))).to.have.members([...allowed]));
    }

    it("no action beyond these", () => {
      const { may } = session(acme);
      for (const action of ["GetObjectVersion", "DeleteObjectVersion", "PutObjectAcl", "DeleteObjectTagging", "*"]) {
        expect(may(action, "acme/shared/claims.csv"), action).to.equal(false);
      }
    });

    it("nothing in another bucket", () => {
      const { allows } = session(acme);
      for (const action of objectActions) {
        expect(allows(`s3:${action}`, `arn:aws:s3:::${bucket}-replica/acme/shared/claims.csv`), action).to.equal(false);
      }
    });
  });

  it("keeps two partners apart of whom one is called like the other's beginning", () => {
    const of = { acme: session(acme), "acme-health": session([folder("acme-health", "/shared", "both")]) };
    expect(of.acme.may("GetObject", "acme/shared/a.csv")).to.equal(true);
    expect(of.acme.may("GetObject", "acme-health/shared/a.csv")).to.equal(false);
    expect(of["acme-health"].may("GetObject", "acme-health/shared/a.csv")).to.equal(true);
    expect(of["acme-health"].may("GetObject", "acme/shared/a.csv")).to.equal(false);
    expect(of.acme.mayList("acme-health/")).to.equal(false);
    expect(of["acme-health"].mayList("acme/")).to.equal(false);
  });

  it("lists the partner's own prefix only", () => {
    const { mayList } = session(acme);
    for (const prefix of ["acme/", "acme/in/", "acme/in/deeper/", "acme/out/x"]) {
      expect(mayList(prefix), prefix).to.equal(true);
    }
    for (const prefix of [undefined, "", "a", "acme", "acme-health/", "acme2/", "other/acme/", ".transformed/"]) {
      expect(mayList(prefix), String(prefix)).to.equal(false);
    }
    expect(mayList("acme/", `${bucket}-replica`)).to.equal(false);
  });

  it("uses the one key, which uploads in parts need for decryption too", () => {
    const { allows } = session(acme);
    for (const action of ["Decrypt", "Encrypt", "GenerateDataKey"])
      expect(allows(`kms:${action}`, keyArn)).to.equal(true);
    for (const action of ["ScheduleKeyDeletion", "PutKeyPolicy", "CreateGrant"]) {
      expect(allows(`kms:${action}`, keyArn), action).to.equal(false);
    }
    expect(allows("kms:Decrypt", `${keyArn}1`)).to.equal(false);
  });

  it("gives no way to delete where nothing is uploaded", () => {
    const { may } = session([folder("acme", "/out", "download")]);
    expect(may("DeleteObject", "acme/out/a.tmp")).to.equal(false);
    expect(may("PutObject", "acme/out/a.tmp")).to.equal(false);
  });

  it("knows other temporary names where it is told", () => {
    const { may } = session(acme, { temporaryNames: ["*.uploading"] });
    expect(may("DeleteObject", "acme/in/a.uploading")).to.equal(true);
    expect(may("DeleteObject", "acme/in/a.filepart")).to.equal(false);
  });

  for (const name of ["part*", "*", "upload?*", "*part", "*.t/mp", "*.*"]) {
    it(`refuses "${name}", which would open more than temporary names`, () => {
      expect(() => session(acme, { temporaryNames: [name] })).to.throw(`"${name}" in a session policy`);
    });
  }

  it("means by a temporary name what routing means", () => {
    const path = fc.stringMatching(/^[a-z._~/-]{0,7}[a-z._~-]$/);
    fc.assert(
      fc.property(fc.stringMatching(/^\*[._~-][a-z._~-]{0,2}$/), path, fc.boolean(), (name, path, isTemporary) => {
        const objectKey = `acme/in/${path}${isTemporary ? name.slice(1) : ""}`;
        expect(session(acme, { temporaryNames: [name] }).may("DeleteObject", objectKey)).to.equal(
          fileNameMatches(name, fileName(objectKey)),
        );
      }),
    );
  });

  it("never grants more than the folders say, whatever they are called", () => {
    const name = fc.stringMatching(/^[a-z-]{1,6}$/);
    const anyFolder = fc.record({ path: name, access: fc.constantFrom<FolderAccess>("upload", "download", "both") });
    const key = fc.tuple(fc.constantFrom("acme", "acme-health", "ac"), name, name).map((parts) => parts.join("/"));
    const grants = { upload: uploading, download: ["GetObject"], both: objectActions };
    fc.assert(
      fc.property(fc.array(anyFolder, { minLength: 1, maxLength: 4 }), key, (folders, objectKey) => {
        const entitlements = folders.map(({ path, access }) => folder("acme", `/${path}`, access));
        const { may } = session(entitlements);
        const expected = entitlements
          .filter(({ objectPrefix }) => objectKey.startsWith(objectPrefix))
          .flatMap(({ access }) => [...grants[access]]);
        expect(objectActions.filter((action) => may(action, objectKey))).to.have.members([...new Set(expected)]);
      }),
    );
  });

  it("fits for ten folders with usual names, and says its true length where it does not", () => {
    const folders = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        folder("acme", `/folder-${index}`, index % 2 ? "upload" : "download"),
      );
    expect(sessionPolicy({ bucket, keyArn, folders: folders(10) }).length).to.be.at.most(longestSessionPolicy);
    expect(sessionPolicy({ bucket, keyArn, folders: folders(40) }).length).to.be.above(longestSessionPolicy);
  });
});

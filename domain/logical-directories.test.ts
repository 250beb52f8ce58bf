import { expect } from "chai";
import type { FolderEntitlement } from "./entitlements";
import { logicalDirectories } from "./logical-directories";
import { folderPrefix, virtualPath } from "./paths";

describe("logicalDirectories", () => {
  it("shows each folder under its virtual path, and nothing else", () => {
    const folders = ["/claims", "/out/reports"].map(virtualPath).map(
      (path): FolderEntitlement => ({
        virtualPath: path,
        objectPrefix: folderPrefix("acme", path),
        access: "both",
        fileGroup: "claims",
        replicate: false,
      }),
    );
    expect(logicalDirectories("quayside-files", folders)).to.deep.equal([
      { Entry: "/claims", Target: "/quayside-files/acme/claims" },
      { Entry: "/out/reports", Target: "/quayside-files/acme/out/reports" },
    ]);
    expect(logicalDirectories("quayside-files", [])).to.deep.equal([]);
  });
});

import { join, relative, sep } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { mountPath } from "./mount-path";

const face = "\u{1F600}";
/** As long as S3 allows: 1,024 bytes. */
const longestKey = ["acme-health1", ...Array(4).fill(face.repeat(63))].join("/");

describe("mountPath", () => {
  for (const key of [
    "acme/claims/a.json",
    "a",
    "acme/claims/ trailing /blank ",
    "acme/claims/back\\slash\\..\\x",
    "acme/claims/line\r\nbreak",
    "acme/claims/...",
    "acme/claims/..a",
    "acme/claims/~",
    "acme/claims/-rf",
    "acme/claims/$(reboot)",
    "acme/claims/%2e%2e%2f",
    "acme/claims/\u202egnp.exe",
    "acme/claims/con",
    "acme/.quayside/a",
    "acme/.quayside",
    longestKey,
  ]) {
    it(`takes ${JSON.stringify(key).slice(0, 60)} as it is`, () =>
      expect(mountPath(key)).to.deep.equal(key.split("/")));
  }

  for (const [key, why] of [
    ["", "an empty name"],
    ["/", "an empty name"],
    ["/etc/passwd", "an empty name"],
    ["//etc/passwd", "an empty name"],
    ["acme//a", "an empty name"],
    ["acme/claims/", "an empty name"],
    ["..", '".."'],
    ["../etc/passwd", '".."'],
    ["acme/../../etc/passwd", '".."'],
    ["acme/claims/..", '".."'],
    ["acme/./a", '"."'],
    ["acme/claims/a\0.json", "NUL"],
    [`acme/${"x".repeat(256)}`, "more than 255 bytes"],
    [`acme/${face.repeat(64)}`, "more than 255 bytes"],
    ["acme/\ud83d", "no Unicode text"],
    [".quayside/a", "own folder"],
    [".quayside", "own folder"],
  ] as const) {
    it(`refuses ${JSON.stringify(key).slice(0, 40)}: ${why}`, () =>
      expect(mountPath(key)).to.be.a("string").that.includes(why));
  }

  it("takes keys of every length that S3 allows", () => expect(Buffer.byteLength(longestKey)).to.equal(1024));

  it("never leads out of the mount, and to one key only", () => {
    const piece = fc.constantFrom("/", "//", ".", "..", "\\", "\0", "\n", " ", "a", "é", face, ".quayside", "~");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const key = pieces.join("");
        const path = mountPath(key);
        if (typeof path === "string") return;
        const below = relative("/mnt/files", join("/mnt/files", ...path));
        expect(below.split(sep)[0]).to.not.be.oneOf(["", "..", ".quayside"]);
        expect(below).to.equal(key);
      }),
      { numRuns: 2000 },
    );
  });
});

import { expect } from "chai";
import fc from "fast-check";
import { isWithin, normalisedPath, parentPath } from "./virtual-path";

describe("normalisedPath", () => {
  const cases: [path: string, start: string, normalised: string][] = [
    ["", "/", "/"],
    [".", "/home", "/home"],
    ["a", "/", "/a"],
    ["a", "/home", "/home/a"],
    ["/a/", "/home", "/a"],
    ["//a///b", "/", "/a/b"],
    ["/a/./b/../c", "/", "/a/c"],
    ["../../..", "/home", "/"],
    ["/../../etc/passwd", "/", "/etc/passwd"],
    ["/a/..", "/", "/"],
    ["...", "/", "/..."],
    ["..a/b..", "/", "/..a/b.."],
    ["a\\..\\b", "/", "/a\\..\\b"],
  ];
  for (const [path, start, normalised] of cases) {
    it(`makes ${JSON.stringify(path)} from ${start} ${normalised}`, () =>
      expect(normalisedPath(path, start)).to.equal(normalised));
  }

  it("refuses NUL", () => expect(() => normalisedPath("a\0", "/")).to.throw("NUL"));

  it("never leaves a .., a . or an empty segment, and changes nothing the second time", () => {
    const segment = fc.oneof(
      fc.constantFrom("..", ".", "", "a"),
      fc.string().filter((text) => !text.includes("\0")),
    );
    fc.assert(
      fc.property(fc.array(segment), fc.boolean(), (segments, isAbsolute) => {
        const path = normalisedPath(`${isAbsolute ? "/" : ""}${segments.join("/")}`, "/home/x");
        const bad = path
          .slice(1)
          .split("/")
          .some((part) => part === ".." || part === "." || (part === "" && path !== "/"));
        return path.startsWith("/") && !bad && normalisedPath(path, "/") === path;
      }),
    );
  });
});

describe("isWithin and parentPath", () => {
  it("know folders from names that begin alike", () => {
    expect(isWithin("/a/b", "/a")).to.equal(true);
    expect(isWithin("/a", "/a")).to.equal(true);
    expect(isWithin("/ab", "/a")).to.equal(false);
    expect(isWithin("/ab", "/")).to.equal(true);
    expect([parentPath("/a/b"), parentPath("/a"), parentPath("/")]).to.deep.equal(["/a", "/", "/"]);
  });
});

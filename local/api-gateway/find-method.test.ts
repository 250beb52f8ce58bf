import { expect } from "chai";
import { type DeployedMethod, findMethod } from "./find-method";

const method = (route: string): DeployedMethod => {
  const [httpMethod = "", path = ""] = route.split(" ");
  return { httpMethod, path, resourceId: "r", functionArn: "f", timeoutMilliseconds: 1 };
};
const methods = ["GET /", "GET /a/{x}", "ANY /a/{x}", "GET /a/b", "GET /{all+}"].map(method);
const found = (verb: string, path: string) => {
  const match = findMethod(methods, verb, path);
  return match && [`${match.method.httpMethod} ${match.method.path}`, match.pathParameters];
};

describe("findMethod", () => {
  it("prefers literal parts to parameters, parameters to the rest, and a verb to ANY", () => {
    expect(found("GET", "/a/b")).to.deep.equal(["GET /a/b", {}]);
    expect(found("GET", "/a/c")).to.deep.equal(["GET /a/{x}", { x: "c" }]);
    expect(found("POST", "/a/c")).to.deep.equal(["ANY /a/{x}", { x: "c" }]);
    expect(found("GET", "/a/c/d")).to.deep.equal(["GET /{all+}", { all: "a/c/d" }]);
    expect(found("GET", "/")).to.deep.equal(["GET /", {}]);
  });

  it("leaves parameters as they were sent", () => {
    expect(found("GET", "/a/x%2Fy%40z")).to.deep.equal(["GET /a/{x}", { x: "x%2Fy%40z" }]);
  });

  it("finds nothing for other verbs, and no parameter without text", () => {
    expect(found("POST", "/a")).to.equal(undefined);
    expect(found("POST", "/a/")).to.equal(undefined);
    expect(found("POST", "/a/b/c")).to.equal(undefined);
  });
});

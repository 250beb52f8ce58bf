import { runtime } from "@pulumi/pulumi";
import { expect } from "chai";
import { defaultConfig } from "./config";
import { describeStack } from "./stack";

describe("describeStack", () => {
  // Rights of a role on quayside-dev-* must not be rights on another stack.
  for (const name of ["dev-2", "2dev", "Dev", "longerthan16chars"]) {
    it(`refuses the stack name "${name}"`, async () => {
      const nothing = { newResource: () => ({ id: "", state: {} }), call: () => ({}) };
      await runtime.setMocks(nothing, "quayside", name);
      const failure = await describeStack(defaultConfig(), "dist").catch((error: Error) => error);
      expect(failure).to.be.an("error").with.property("message").that.includes(`"${name}" must be 1 to 16 lower-case`);
    });
  }
});

import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { withWarnings } from "../../infra/with-warnings";
import type { Properties, ResourceHandler } from "./handler";
import { LocalStack } from "./local-stack";

class Thing extends pulumi.CustomResource {
  declare readonly arn: pulumi.Output<string>;
  constructor(name: string, inputs: pulumi.Inputs, options?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { arn: undefined, ...inputs }, options);
  }
}

/** A handler that keeps a list of what it was asked to do. */
function recordingHandler(log: string[], updates = true): ResourceHandler {
  const outputs = (inputs: Properties) => ({ arn: `arn:${inputs.value}` });
  return {
    async create(inputs, name) {
      log.push(`create ${name} ${inputs.value}`);
      if (inputs.value === "bad") throw new Error("no such value");
      return { id: `id-${name}`, outputs: outputs(inputs) };
    },
    ...(updates && {
      async update(id: string, inputs: Properties) {
        log.push(`update ${id} ${inputs.value}`);
        return { outputs: outputs(inputs) };
      },
    }),
    async delete(id) {
      log.push(`delete ${id}`);
    },
  };
}

const stackOf = (program: () => unknown, log: string[], updates = true) =>
  new LocalStack({
    program: async () => program() as Record<string, unknown>,
    handlers: { "test:index:Thing": recordingHandler(log, updates) },
    functions: {},
    project: "test-project",
    stack: "local",
    config: {},
  });

describe("LocalStack", () => {
  it("creates what is new, leaves what is the same, updates what differs and deletes what is gone, dependants first", async () => {
    const log: string[] = [];
    let values: Record<string, string> = { a: "1", b: "2" };
    const stack = stackOf(() => {
      let previous: Thing | undefined;
      for (const [name, value] of Object.entries(values)) {
        previous = new Thing(name, { value, after: previous?.arn });
      }
    }, log);
    await stack.up();
    expect(log).to.deep.equal(["create a 1", "create b 2"]);

    log.length = 0;
    expect(await stack.up()).to.deep.equal([]);
    expect(log).to.deep.equal([]);

    values = { a: "1", b: "3" };
    expect(await stack.up()).to.deep.equal([
      { operation: "update", type: "test:index:Thing", name: "b", keys: ["value"] },
    ]);

    log.length = 0;
    await stack.destroy();
    expect(log).to.deep.equal(["delete id-b", "delete id-a"]);
  });

  it("replaces where the handler cannot update", async () => {
    const log: string[] = [];
    let value = "1";
    const stack = stackOf(() => void new Thing("a", { value }), log, false);
    await stack.up();
    value = "2";
    expect((await stack.up()).map(({ operation }) => operation)).to.deep.equal(["replace"]);
    expect(log).to.deep.equal(["create a 1", "delete id-a", "create a 2"]);
  });

  it("hands handlers secrets as plain values", async () => {
    const log: string[] = [];
    const stack = stackOf(() => void new Thing("a", { value: pulumi.secret("s3cret") }), log);
    await stack.up();
    expect(log).to.deep.equal(["create a s3cret"]);
  });

  it("fails with the names of the resources that failed, and deletes nothing then", async () => {
    const log: string[] = [];
    let values = ["1", "2"];
    const stack = stackOf(() => {
      for (const [index, value] of values.entries()) new Thing(`t${index}`, { value });
    }, log);
    await stack.up();
    values = ["1", "2", "bad"];
    const failure = await stack.up().then(() => undefined, String);
    expect(failure).to.equal('Error: test:index:Thing "t2": no such value');
    values = ["bad"];
    expect(await stack.up().then(() => undefined, String)).to.equal(undefined);
  });

  it("creates nothing more once it is told to stop, and goes on from there the next time", async () => {
    const log: string[] = [];
    const stop = new AbortController();
    const stopWith = (arn: string) => {
      stop.abort(new Error("enough"));
      return arn;
    };
    const stack = stackOf(() => {
      const first = new Thing("a", { value: "1" });
      const second = new Thing("b", { value: first.arn.apply(stopWith) });
      const third = new Thing("c", { value: second.arn });
      return { arn: third.arn };
    }, log);
    const { result, warnings } = await withWarnings(() => stack.up(stop.signal).then(() => undefined, String));
    expect(result).to.equal("Error: enough");
    expect(warnings).to.deep.equal([]);
    expect(log).to.deep.equal(["create a 1"]);
    await stack.up();
    expect(log).to.deep.equal(["create a 1", "create b arn:1", "create c arn:arn:1"]);
  });

  it("puts a resource that names no region into its provider's", async () => {
    const log: string[] = [];
    const regions: unknown[] = [];
    class Provider extends pulumi.ProviderResource {}
    const handler = recordingHandler(log);
    const stack = new LocalStack({
      program: async () => {
        const there = new Provider("test", "there", { region: "eu-west-1" });
        new Thing("a", { value: "1" }, { provider: there });
        new Thing("b", { value: "2", region: "eu-north-1" }, { provider: there });
        new Thing("c", { value: "3" });
      },
      handlers: {
        "test:index:Thing": {
          ...handler,
          create(inputs, name) {
            regions.push([name, inputs.region]);
            return handler.create(inputs, name);
          },
        },
      },
      ...{ functions: {}, project: "test-project", stack: "local", config: {} },
    });
    await stack.up();
    expect(regions.sort()).to.deep.equal([
      ["a", "eu-west-1"],
      ["b", "eu-north-1"],
      ["c", undefined],
    ]);
  });

  it("refuses a type that it has no handler for, by name", async () => {
    const stack = new LocalStack({
      program: async () => void new Thing("a", {}),
      handlers: {},
      functions: {},
      project: "test-project",
      stack: "local",
      config: {},
    });
    const failure = await stack.up().then(() => undefined, String);
    expect(failure).to.contain('test:index:Thing "a": nothing on this machine stands for this type');
    expect(stack.resources.map(({ type }) => type)).to.deep.equal(["pulumi:pulumi:Stack"]);
  });
});

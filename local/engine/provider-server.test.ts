import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { expect } from "chai";
import type { Properties, ResourceHandler } from "../program/handler";
import { EngineProvider, type Operation } from "./engine-provider";
import { fromStruct, toStruct, unknownValue } from "./property-struct";
import { startProviderServer } from "./provider-server";
import type { Serving } from "./serve";

const type = "test:index:Thing";
const urn = `urn:pulumi:dev::test::${type}::thing`;

/** A thing with a name for good, a size, and a place to which its creation adds a shelf. */
function thingHandler(standing: Map<string, Properties>): ResourceHandler {
  const outputs = (id: string, inputs: Properties) => ({
    arn: `arn:${id}`,
    revision: standing.size,
    place: { ...(inputs.place as Properties), shelf: 7 },
  });
  return {
    replaceOn: ["name"],
    completes: ["place"],
    renews: ["revision"],
    exists: (id) => standing.has(id),
    async create(inputs) {
      if (inputs.size === -1) throw new Error("a thing has a size");
      const id = `id-${inputs.name}`;
      standing.set(id, inputs);
      return { id, outputs: outputs(id, inputs) };
    },
    async update(id, inputs) {
      standing.set(id, inputs);
      return { outputs: outputs(id, inputs) };
    },
    async delete(id) {
      standing.delete(id);
    },
  };
}

describe("A provider over the engine's protocol", () => {
  let server: Serving;
  let client: ResourceProviderClient;
  let operations: Operation[];
  let standing: Map<string, Properties>;

  beforeEach(async () => {
    operations = [];
    standing = new Map();
    const engine = new EngineProvider({
      handlers: { [type]: thingHandler(standing), "test:index:File": fileHandler },
      functions: { "test:index:where": ({ who }) => ({ where: `with ${who}` }) },
      onOperation: (operation) => operations.push(operation),
    });
    server = await startProviderServer({ version: "1.2.3", provider: engine });
    client = new ResourceProviderClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
  });
  afterEach(async () => {
    client.close();
    await server.stop();
  });

  /** Awaits one call. */
  const ask = <Answer>(call: (done: (error: Error | null, answer: Answer) => void) => unknown) =>
    new Promise<Answer>((resolve, reject) => call((error, answer) => (error ? reject(error) : resolve(answer))));
  const create = (inputs: Properties, preview = false) =>
    ask<provider.CreateResponse>((done) =>
      client.create(
        new provider.CreateRequest()
          .setUrn(urn)
          .setType(type)
          .setName("thing")
          .setProperties(toStruct(inputs))
          .setPreview(preview),
        done,
      ),
    );
  const update = (id: string, inputs: Properties, previous: Properties, olds: Properties, preview = false) =>
    ask<provider.UpdateResponse>((done) =>
      client.update(
        new provider.UpdateRequest()
          .setId(id)
          .setType(type)
          .setNews(toStruct(inputs))
          .setOldInputs(toStruct(previous))
          .setOlds(toStruct(olds))
          .setPreview(preview),
        done,
      ),
    );
  const diff = (inputs: Properties, previous: Properties, of = type) =>
    ask<provider.DiffResponse>((done) =>
      client.diff(
        new provider.DiffRequest().setType(of).setNews(toStruct(inputs)).setOldInputs(toStruct(previous)),
        done,
      ),
    );
  const check = (inputs: Properties, of = type) =>
    ask<provider.CheckResponse>((done) =>
      client.check(new provider.CheckRequest().setType(of).setNews(toStruct(inputs)), done),
    );
  const read = (id: string) =>
    ask<provider.ReadResponse>((done) => client.read(new provider.ReadRequest().setId(id).setType(type), done));
  const configure = (name: string, region: string) =>
    ask<provider.ConfigureResponse>((done) =>
      client.configure(new provider.ConfigureRequest().setName(name).setArgs(toStruct({ region })), done),
    );

  it("creates, reads, updates and deletes on the stand-in", async () => {
    const inputs = { name: "a", size: 1, place: { room: "r" } };
    const created = await create(inputs);
    const properties = { ...inputs, arn: "arn:id-a", revision: 1, place: { room: "r", shelf: 7 } };
    expect([created.getId(), fromStruct(created.getProperties())]).to.deep.equal(["id-a", properties]);
    const larger = { ...inputs, size: 2 };
    const updated = await update("id-a", larger, inputs, properties);
    expect(fromStruct(updated.getProperties())).to.deep.equal({ ...properties, size: 2 });
    const found = await read("id-a");
    expect([found.getId(), fromStruct(found.getInputs())]).to.deep.equal(["id-a", larger]);
    await ask((done) =>
      client.delete(new provider.DeleteRequest().setId("id-a").setType(type).setOldInputs(toStruct(larger)), done),
    );
    expect(standing.size).to.equal(0);
    expect((await read("id-a")).getId()).to.equal("");
    expect(operations.map(({ kind }) => kind)).to.deep.equal(["create", "update", "read", "delete", "read"]);
  });

  it("finds nothing where the stand-in has lost it", async () => {
    await create({ name: "a" });
    standing.clear();
    expect((await read("id-a")).getId()).to.equal("");
  });

  it("touches nothing in a preview, and does not know what only the update brings", async () => {
    const inputs = { name: "a", size: unknownValue, place: { room: "r" } };
    const planned = await create(inputs, true);
    expect([planned.getId(), fromStruct(planned.getProperties())]).to.deep.equal([
      "",
      { name: "a", size: unknownValue, place: unknownValue },
    ]);
    const before = { name: "a", size: 1, place: { room: "r" } };
    const olds = { ...before, arn: "arn:id-a", revision: 1, place: { room: "r", shelf: 7 } };
    const elsewhere = { ...before, place: { room: "s" } };
    const changed = await update("id-a", elsewhere, before, olds, true);
    expect(fromStruct(changed.getProperties())).to.deep.equal({
      ...{ name: "a", size: 1, place: { room: "s", shelf: 7 } },
      ...{ arn: "arn:id-a", revision: unknownValue },
    });
    expect([standing.size, operations]).to.deep.equal([0, []]);
  });

  it("tells an update from a replacement, and what may stand beside what", async () => {
    const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
    const seen = async (inputs: Properties, previous: Properties, of?: string) => {
      const answer = await diff(inputs, previous, of);
      return [answer.getChanges(), answer.getDiffsList(), answer.getReplacesList(), answer.getDeletebeforereplace()];
    };
    expect(await seen({ size: 1 }, { size: 1 })).to.deep.equal([DIFF_NONE, [], [], false]);
    expect(await seen({ size: 2 }, { size: 1 })).to.deep.equal([DIFF_SOME, ["size"], [], false]);
    expect(await seen({ name: "b" }, { name: "a" })).to.deep.equal([DIFF_SOME, ["name"], ["name"], false]);
    const [named, renamed] = [
      { name: "a", path: "x" },
      { name: "a", path: "y" },
    ];
    expect(await seen(renamed, named, "test:index:File")).to.deep.equal([DIFF_SOME, ["path"], ["path"], true]);
  });

  it("sees that files changed which the inputs only name", async () => {
    const checked = await check({ path: "x" }, "test:index:File");
    expect(fromStruct(checked.getInputs())).to.deep.equal({ path: "x", contextHash: "content of x" });
  });

  it("puts resources into the region of a provider that the program made, and leaves the default one's alone", async () => {
    await configure("default_7_0_0", "eu-central-1");
    expect(fromStruct((await check({ name: "a" })).getInputs())).to.deep.equal({ name: "a" });
    await configure("replica", "eu-west-1");
    expect(fromStruct((await check({ name: "a" })).getInputs())).to.deep.equal({ name: "a", region: "eu-west-1" });
    const own = { name: "a", region: "us-east-1" };
    expect(fromStruct((await check(own)).getInputs())).to.deep.equal(own);
  });

  it("answers functions, and refuses by name what nothing stands for", async () => {
    const invoke = (token: string) =>
      ask<provider.InvokeResponse>((done) =>
        client.invoke(new provider.InvokeRequest().setTok(token).setArgs(toStruct({ who: "us" })), done),
      );
    const refusal = (asked: Promise<unknown>) => asked.then(String, (error: Error) => error.message);
    expect(fromStruct((await invoke("test:index:where")).getReturn())).to.deep.equal({ where: "with us" });
    expect(await refusal(invoke("test:index:why"))).to.include("test:index:why");
    expect(await refusal(check({}, "test:index:Unknown"))).to.include("nothing on this machine stands for");
    expect(await refusal(create({ name: "a", size: -1 }))).to.include("a thing has a size");
  });
});

/** Replaced by every change, and known by the content of what it names. */
const fileHandler: ResourceHandler = {
  create: async (inputs) => ({ id: String(inputs.path), outputs: {} }),
  delete: async () => {},
  contentOf: async ({ path }) => `content of ${path}`,
};

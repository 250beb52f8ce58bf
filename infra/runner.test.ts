import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { parse } from "yaml";

const root = join(__dirname, "..");

/**
 * What `pulumi up` starts, without an engine: Pulumi's own runner, which registers ts-node, finds the program through
 * package.json and calls what it exports. It is given mocks in place of its connection to the engine.
 */
const script = `
const [config] = process.argv.slice(1);
const runner = require.resolve("@pulumi/pulumi/cmd/run");
require.cache[runner] = { id: runner, filename: runner, loaded: true, exports: {} };
const { runtime } = require("@pulumi/pulumi");
const { run } = require("@pulumi/pulumi/cmd/run/run.js");
const types = [];
const newResource = ({ type, name, inputs }) => {
  types.push(type);
  const state = { ...inputs, arn: "arn:" + name, masterUserSecrets: [{ secretArn: "arn:secret" }] };
  return { id: name, state };
};
const dnsEntries = [{ dnsName: "vpce-1.example", hostedZoneId: "Z1" }];
const call = () => ({ accountId: "000000000000", region: "eu-central-1", names: ["a", "b", "c"], dnsEntries });
runtime.setAllConfig(JSON.parse(config));
const fail = (error) => { console.error(error); process.exitCode = 1; };
runtime.setMocks({ newResource, call }, "quayside", "dev")
  .then(() => run({ _: ["."] }, () => {}, fail, () => false))
  .then((outputs) => console.log("\\n" + JSON.stringify({ types, outputs: Object.keys(outputs) })))
  .catch(fail);
`;

describe("Pulumi's Node runner", () => {
  it("loads and runs the program as it is built and deployed", async () => {
    const { config } = parse(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8")) as {
      config: Record<string, unknown>;
    };
    const asText = Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--stack-trace-limit=0", "-e", script, JSON.stringify(Object.fromEntries(asText))],
      {
        cwd: root,
        // The types are checked by the type check that runs beside the tests; twice would be half a minute of one core.
        env: { ...process.env, PULUMI_NODEJS_TYPESCRIPT: "true", PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
        maxBuffer: 16 * 1024 * 1024,
      },
    );
    const { types, outputs } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    expect(types).to.include.members([
      "aws:transfer/server:Server",
      "quayside:PartnerAccess",
      "aws:batch/jobQueue:JobQueue",
    ]);
    expect(outputs).to.include.members(["serverId", "bucket", "endpointAddresses", "natAddresses"]);
  }).timeout(120_000);
});

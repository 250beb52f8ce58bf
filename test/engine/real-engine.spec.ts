import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { readPartnerFolder } from "../../domain/partner-files/read-partner-folder";
import { recordProgram } from "../../infra/testing";
import { type EngineStack, startEngineStack } from "./engine-stack";
import { fromHere, harborImaging, withServer } from "./harbor-imaging";
import type { Run } from "./pulumi-cli";
import { asRecorded, readRecordedPreview, recordPreview } from "./recorded-preview";
import { issuedPassword, withSftp } from "./sftp";

/** What a run changes, as `create aws:sqs/queue:Queue uploads`, in alphabetical order. */
const changes = ({ steps }: Run) =>
  steps
    .filter(({ op, type }) => !["same", "read", "refresh"].includes(op) && !type.startsWith("pulumi:"))
    .map(({ op, type, name }) => `${op} ${type} ${name}`)
    .sort();

const partners = join(__dirname, "../../partners");
const { id } = harborImaging;
const component = `quayside:PartnerAccess ${id}`;
const user = `aws:cognito/user:User ${id}`;
const invocation = `aws:lambda/invocation:Invocation ${id}`;
const subscription = `aws:sns/topicSubscription:TopicSubscription ${id}/files@harbor-imaging.example`;
const secret = `aws:secretsmanager/secret:Secret ${id}/archive`;

/** One stack's life. Each step stands on those before it. */
describe("The program under the real engine", function () {
  this.timeout(600_000);
  this.bail(true);

  let stack: EngineStack;
  let serverId = "";
  let password = "";
  const login = () => ({ serverId, username: id, password });
  const timings: string[] = [];
  const timed = async (what: string, run: Promise<Run>) => {
    const done = await run;
    timings.push(`${what}: ${done.seconds.toFixed(1)} s`);
    return done;
  };
  /** What reached a stand-in; functions that only tell the region and the like do not count. */
  const touched = () =>
    stack.operations
      .splice(0)
      .filter(({ kind }) => kind !== "invoke" && kind !== "read")
      .map(({ kind, type, name }) => `${kind} ${type} ${name}`)
      .sort();
  const write = async (partner: string, path: string, content: string) => {
    const file = join(stack.partners, partner, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  };

  before(async () => {
    const log: string[] = [];
    stack = await startEngineStack({
      executable: process.env.QUAYSIDE_PULUMI ?? "pulumi",
      hasLanguageHost: process.env.QUAYSIDE_LANGUAGE_HOST === "true",
      onLog: ({ from, line }) => log.push(`${from} ${line}`),
    });
  });
  after(async () => {
    delete process.env.PULUMI_NODEJS_TRANSPILE_ONLY;
    await stack?.stop();
    for (const timing of timings) console.log(`      ${timing}`);
  });

  it("previews a new stack and touches nothing", async () => {
    const preview = await timed("preview of a new stack", stack.cli.preview());
    // It was checked as it is deployed; from here on the runs only transpile, which takes half the time.
    process.env.PULUMI_NODEJS_TRANSPILE_ONLY = "true";
    expect(preview.summary).to.have.all.keys("create");
    expect(touched()).to.deep.equal([]);
    expect(stack.standing()).to.equal(0);
    const [aws] = [...stack.configurations].flatMap(([name, own]) => (name.startsWith("aws default") ? [own] : []));
    expect(aws).to.include({ region: "eu-central-1" });
    expect(JSON.parse(String(aws?.defaultTags))).to.deep.equal({ tags: { service: "quayside", stack: "dev" } });
  });

  it("creates the stack, and the endpoint that it names takes logins", async () => {
    const up = await timed("up of a new stack", stack.cli.up());
    expect(up.summary).to.have.all.keys("create");
    serverId = String((await stack.cli.outputs()).serverId);
    password = issuedPassword(stack.standIns, "northwind-clinic") ?? "";
    const seen = await withSftp(stack.standIns, { ...login(), username: "northwind-clinic" }, (client) =>
      client.list("/"),
    );
    expect(seen.map(({ name }) => name)).to.have.members(["claims", "remittances"]);
    stack.operations.length = 0;
  });

  it("registers under the engine what it registers under mocks, protected alike", async () => {
    const files = [...(await readPartnerFolder(partners))].map(([path, content]): [string, string] => [
      path,
      Buffer.from(content).toString("utf8"),
    ]);
    const { resources: mocked } = await recordProgram({ stack: "dev", partners: Object.fromEntries(files) });
    const { deployment } = await stack.cli.state();
    const registered = (deployment.resources ?? [])
      // What awsx's component contains is no affair of the program's.
      .filter(({ type }) => !type.startsWith("pulumi:") && !type.startsWith("docker-build:"))
      .map(({ type, urn, protect = false }) => `${type} ${urn.slice(urn.lastIndexOf("::") + 2)} ${protect}`);
    const expected = mocked
      .filter(({ type }) => !type.startsWith("pulumi:"))
      .map(({ type, name, protect }) => `${type} ${name} ${protect}`);
    expect(registered).to.have.members(expected);
  });

  it("keeps passwords out of the state and what functions answer encrypted in it", async () => {
    const { deployment } = await stack.cli.state();
    expect(password).to.have.length.above(8);
    expect(JSON.stringify(deployment)).not.to.include(password);
    const results = (deployment.resources ?? [])
      .filter(({ type, parent }) => type === "aws:lambda/invocation:Invocation" && parent?.includes("PartnerAccess"))
      .map(({ outputs }) => outputs?.result);
    expect(results).to.have.length.above(0);
    for (const result of results) expect(result).to.have.property("ciphertext");
  });

  it("finds nothing to do where nothing has changed", async () => {
    const preview = await timed("preview without a change", stack.cli.preview("--expect-no-changes"));
    expect(preview.summary).to.have.all.keys("same");
    const up = await timed("up without a change", stack.cli.up("--expect-no-changes"));
    expect(up.summary).to.have.all.keys("same");
    expect(touched()).to.deep.equal([]);
  });

  it("shows of an onboarding the partner's resources and no other", async () => {
    for (const [path, content] of Object.entries(harborImaging.files)) await write(id, path, content);
    const preview = await timed("preview of an onboarding", stack.cli.preview("--diff"));
    expect(changes(preview)).to.deep.equal(
      [component, invocation, subscription, user].map((own) => `create ${own}`).sort(),
    );
    expect(touched()).to.deep.equal([]);
    const recorded = asRecorded(preview.output);
    if (process.env.RECORD_PREVIEW) await recordPreview(recorded);
    expect(recorded, "docs/onboarding-preview.txt is stale; run: npm run test:engine -- --record").to.equal(
      await readRecordedPreview(),
    );
  });

  it("onboards the partner, touches no other resource, and lets it in", async () => {
    await write(id, "partner.yaml", fromHere);
    const up = await timed("up of an onboarding", stack.cli.up());
    expect(changes(up)).to.deep.equal([component, invocation, subscription, user].map((own) => `create ${own}`).sort());
    expect(touched()).to.deep.equal([invocation, subscription, user].map((own) => `create ${own}`).sort());
    password = issuedPassword(stack.standIns, id) ?? "";
    const denied = await withSftp(stack.standIns, login(), async (client) => {
      await client.put(Buffer.from("{}"), "/claims/first.json");
      return client.get("/claims/first.json").then(
        () => "given",
        (error: Error) => error.message,
      );
    });
    expect(denied).to.match(/permission denied/i);
  });

  it("refuses files with a mistake, says where it is, and touches nothing", async () => {
    await write(id, "partner.yaml", fromHere.replace("fileGroup", "filegroup"));
    const refused = await stack.cli.up().then(
      () => "applied",
      (error: Error) => error.message,
    );
    expect(refused).to.include(`${id}/partner.yaml:14:5: unknown key "filegroup"`);
    expect(touched()).to.deep.equal([]);
  });

  it("changes the partner, and its next session shows it", async () => {
    for (const [path, content] of Object.entries(withServer)) await write(id, path, content);
    const expected = [`create ${secret}`, `update ${invocation}`];
    const preview = await timed("preview of a change", stack.cli.preview());
    expect(changes(preview)).to.deep.equal(expected);
    expect(preview.steps.find(({ op }) => op === "update")?.diffs).to.deep.equal(["input"]);
    expect(touched()).to.deep.equal([]);
    expect(changes(await timed("up of a change", stack.cli.up()))).to.deep.equal(expected);
    expect(touched()).to.deep.equal(expected);
    const uploaded = await withSftp(stack.standIns, login(), (client) => client.get("/claims/first.json"));
    expect(String(uploaded)).to.equal("{}");
  });

  it("notices what was deleted behind its back, and mends it", async () => {
    const { secrets } = stack.standIns;
    const name = `quayside/dev/push/${id}/archive`;
    secrets.delete(secrets.secret(name), { force: true });
    const drift = await stack.cli.preview("--refresh", "--expect-no-changes").then(
      () => "nothing",
      (error: Error) => error.message,
    );
    expect(drift).to.match(/aws:secretsmanager:Secret harbor-imaging\/archive create/);
    expect(drift).to.include("no changes were expected for preview but changes were proposed");
    const up = await timed("up with a refresh", stack.cli.up("--refresh"));
    // The ledger knows the secret by its name, which is the same again.
    expect(changes(up)).to.deep.equal([`create ${secret}`]);
    expect(secrets.find(name)).not.to.equal(undefined);
    touched();
  });

  it("renames the partner and keeps its login, its password and its files", async () => {
    const renamed = "harbour-imaging";
    await rename(join(stack.partners, id), join(stack.partners, renamed));
    await write(renamed, "partner.yaml", `previously: ${id}\n${withServer["partner.yaml"]}`);
    const expected = [`update ${invocation}`, `update ${subscription}`];
    expect(changes(await timed("preview of a rename", stack.cli.preview()))).to.deep.equal(expected);
    expect(changes(await timed("up of a rename", stack.cli.up()))).to.deep.equal(expected);
    expect(touched()).to.deep.equal(expected);
    const uploaded = await withSftp(stack.standIns, login(), (client) => client.list("/claims"));
    expect(uploaded.map(({ name }) => name)).to.deep.equal(["first.json"]);
    await rm(join(stack.partners, renamed), { recursive: true });
  });

  it("removes the partner, its login with it, and touches no other resource", async () => {
    const own = [invocation, secret, subscription, user];
    const expected = [component, ...own].map((each) => `delete ${each}`).sort();
    expect(changes(await timed("preview of a removal", stack.cli.preview()))).to.deep.equal(expected);
    expect(touched()).to.deep.equal([]);
    expect(changes(await timed("up of a removal", stack.cli.up()))).to.deep.equal(expected);
    expect(touched()).to.deep.equal(own.map((each) => `delete ${each}`).sort());
    const refused = await withSftp(stack.standIns, login(), (client) => client.list("/")).then(
      () => "let in",
      (error: Error) => error.message,
    );
    expect(refused).to.include("authentication");
  });

  it("finds on refresh that all is as it should be", async () => {
    const refresh = await timed("refresh", stack.cli.refresh("--expect-no-changes"));
    expect(refresh.summary).to.have.all.keys("same");
    await timed("preview with a refresh", stack.cli.preview("--refresh", "--expect-no-changes"));
    expect(touched()).to.deep.equal([]);
  });

  it("protects what holds data by settings alone, and then refuses to destroy it", async () => {
    const up = await timed("up that protects", stack.cli.up("--config", "quayside:protect=true"));
    expect(up.summary).to.have.all.keys("same", "update");
    expect(new Set(up.steps.flatMap(({ op, diffs }) => (op === "update" ? diffs : [])))).to.have.all.keys(
      ...["deletionProtection", "deletionWindowInDays", "forceDelete", "forceDestroy", "skipFinalSnapshot"],
    );
    touched();
    const refused = await stack.cli.destroy().then(
      () => "destroyed",
      (error: Error) => error.message,
    );
    expect(refused).to.include("cannot be deleted");
    expect(touched()).to.deep.equal([]);
    await stack.cli.up("--config", "quayside:protect=false");
  });

  it("destroys the stack and leaves nothing", async () => {
    const destroy = await timed("destroy", stack.cli.destroy());
    expect(destroy.summary).to.have.all.keys("delete");
    expect((await stack.cli.state()).deployment.resources ?? []).to.deep.equal([]);
    expect(stack.standing()).to.equal(0);
    const { s3, topics, transfer, secrets } = stack.standIns;
    expect(s3.bucketNames()).to.deep.equal([]);
    expect(topics.topics()).to.deep.equal([]);
    expect(transfer.list()).to.deep.equal([]);
    // A stack that keeps deleted secrets for no day keeps no password either.
    expect(secrets.find("quayside/dev/login/northwind-clinic")).to.equal(undefined);
  });
});

import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { EngineProvider, type Operation } from "../../local/engine/engine-provider";
import { constructImage, dockerBuildImage, dockerBuildImageHandler } from "../../local/engine/image-component";
import { startLanguageHost } from "../../local/engine/language-host";
import { startProviderServer } from "../../local/engine/provider-server";
import type { Serving } from "../../local/engine/serve";
import type { Properties, ResourceHandlers } from "../../local/program/handler";
import { providerFunctions } from "../../local/recorded/provider-functions";
import { type StandInLog, type StandIns, startStandIns } from "../../local/service/stand-ins";
import { PulumiCli } from "./pulumi-cli";

export interface EngineStackOptions {
  /** Pulumi's executable. */
  executable: string;
  /** Whether it brings its own host of Node programs. */
  hasLanguageHost: boolean;
  onLog: (log: StandInLog) => void;
}

/** The deployment program under the real engine, with the stand-ins as its providers. */
export interface EngineStack {
  cli: PulumiCli;
  standIns: StandIns;
  /** What reached the stand-ins since this was last emptied. */
  operations: Operation[];
  /** What the engine configured each provider with, by package and instance: `aws default_7_48_0`. */
  configurations: Map<string, Properties>;
  /** The partners folder that the program reads. */
  partners: string;
  /** How many resources stand, whatever the engine knows of them. */
  standing(): number;
  stop(): Promise<void>;
}

const root = join(__dirname, "../..");
const stack = "dev";

export async function startEngineStack(options: EngineStackOptions): Promise<EngineStack> {
  const folder = await mkdtemp(join(tmpdir(), "quayside-engine-"));
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const project = join(folder, "project");
    await copyProject(project);
    // Where the engine starts plugins: relative paths of code and images are meant from there.
    const former = process.cwd();
    stops.push(async () => process.chdir(former));
    process.chdir(project);
    await mkdir(join(folder, "stand-ins"));
    const region = await regionOf(project);
    const standIns = await startStandIns({ folder: join(folder, "stand-ins"), region, onLog: options.onLog });
    stops.push(() => standIns.stop());
    const plugins = await startPlugins(standIns, options);
    stops.push(plugins.stop);
    const cli = new PulumiCli({
      executable: options.executable,
      ...{ project, stack, folder, environment: plugins.environment },
    });
    await cli.createStack();
    const { operations, configurations, standing } = plugins;
    return { cli, standIns, operations, configurations, partners: join(project, "partners"), standing, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What a deployment reads. */
const deployed = ["Pulumi.yaml", `Pulumi.${stack}.yaml`, "package.json", "tsconfig.json"];
const folders = ["infra", "domain", "partners", "jobs", "dist"];

/**
 * A copy of the project, because the test changes partners, the CLI writes into the stack's file, and a build beside
 * the test would look like a change.
 */
async function copyProject(project: string): Promise<void> {
  await mkdir(project);
  for (const name of [...deployed, ...folders]) await cp(join(root, name), join(project, name), { recursive: true });
  await symlink(join(root, "node_modules"), join(project, "node_modules"));
}

async function regionOf(project: string): Promise<string> {
  const file = await readFile(join(project, `Pulumi.${stack}.yaml`), "utf8");
  return String(parseDocument(file).getIn(["config", "aws:region"]));
}

async function startPlugins(standIns: StandIns, { hasLanguageHost, onLog }: EngineStackOptions) {
  const operations: Operation[] = [];
  const configurations = new Map<string, Properties>();
  const providers = new Map<string, EngineProvider>();
  const servers = new Map<string, Serving>();
  const { "awsx:ecr:Image": image, ...handlers } = standIns.handlers;
  if (!image) throw new Error("nothing stands for awsx:ecr:Image");
  const packages: Record<string, ResourceHandlers> = {
    aws: handlers,
    awsx: {},
    "docker-build": { [dockerBuildImage]: dockerBuildImageHandler(image) },
  };
  for (const [name, own] of Object.entries(packages)) {
    const provider = new EngineProvider({
      handlers: own,
      functions: providerFunctions(standIns.account),
      onOperation: (operation) => operations.push(operation),
    });
    providers.set(name, provider);
    const server = await startProviderServer({
      version: versionOf(name),
      provider,
      ...(name === "awsx" && { construct: (request) => constructImage(request, versionOf("docker-build")) }),
      onConfigure: (instance, configuration) => configurations.set(`${name} ${instance}`, configuration),
    });
    servers.set(name, server);
  }
  const host = hasLanguageHost
    ? undefined
    : await startLanguageHost({ onOutput: (line) => onLog({ from: "program", line }) });
  const ports = [...servers].map(([name, { port }]) => `${name}:${port}`).join(",");
  return {
    ...{ operations, configurations },
    environment: {
      PULUMI_DEBUG_PROVIDERS: ports,
      ...(host && { PULUMI_DEBUG_LANGUAGES: `nodejs:${host.port}` }),
    },
    standing: () => [...providers.values()].reduce((sum, { size }) => sum + size, 0),
    async stop() {
      await Promise.all([...servers.values(), ...(host ? [host] : [])].map((server) => server.stop()));
    },
  };
}

/** Of an installed package of Pulumi's. */
function versionOf(name: string): string {
  return createRequire(__filename)(`@pulumi/${name}/package.json`).version;
}

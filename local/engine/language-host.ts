import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { version } from "@pulumi/pulumi/version";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type Serving, serve } from "./serve";
import { unary } from "./unary";

/** With it, Pulumi's runner says that it has told the user what went wrong. */
const alreadyReported = 32;

export interface LanguageHostOptions {
  /** Told of each line that the program prints. */
  onOutput: (line: string) => void;
  /** Beside this process's own. */
  environment?: Record<string, string>;
}

/**
 * Pulumi's host of Node programs, to be attached with `PULUMI_DEBUG_LANGUAGES` where the CLI came without it: for each
 * run it starts the runner of the program's own @pulumi/pulumi, which connects to the engine by itself.
 * Source: pulumi/pulumi, sdk/nodejs/cmd/pulumi-language-nodejs.
 */
export async function startLanguageHost({ onOutput, environment = {} }: LanguageHostOptions): Promise<Serving> {
  const running = new Set<ChildProcess>();
  let engine = "";
  const run = async (request: language.RunRequest) => {
    const child = startProgram(request, engine, environment);
    running.add(child);
    const code = await exitOf(child, onOutput).finally(() => running.delete(child));
    if (code === 0) return new language.RunResponse();
    if (code === alreadyReported) return new language.RunResponse().setBail(true);
    return new language.RunResponse().setError(`the program ended with exit code ${code}`);
  };
  const { port, stop } = await serve((server) => {
    server.addService(LanguageRuntimeService, {
      handshake: unary((request: language.LanguageHandshakeRequest) => {
        engine = request.getEngineAddress();
        return new language.LanguageHandshakeResponse();
      }),
      getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
      // None has to be installed: the engine attaches to the providers that it is told of.
      getRequiredPackages: unary(() => new language.GetRequiredPackagesResponse()),
      run: unary(run),
      cancel: unary(() => {
        for (const child of running) child.kill("SIGINT");
        return new Empty();
      }),
    });
  });
  return {
    port,
    async stop() {
      for (const child of running) child.kill("SIGKILL");
      await stop();
    },
  };
}

function startProgram(request: language.RunRequest, engine: string, environment: Record<string, string>): ChildProcess {
  const info = request.getInfo();
  const folder = info?.getProgramDirectory() ?? request.getPwd();
  const options = info?.getOptions()?.toJavaScript() ?? {};
  const flags: [name: string, value: string][] = [
    ["monitor", request.getMonitorAddress()],
    ["engine", engine],
    ["organization", request.getOrganization()],
    ["project", request.getProject()],
    ["root-directory", info?.getRootDirectory() ?? ""],
    ["stack", request.getStack()],
    ["pwd", folder],
    ["parallel", String(request.getParallel())],
  ];
  return spawn(
    process.execPath,
    [
      createRequire(join(folder, "package.json")).resolve("@pulumi/pulumi/cmd/run"),
      ...flags.filter(([, value]) => value !== "").flatMap(([name, value]) => [`--${name}`, value]),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info?.getEntryPoint() || ".",
      ...request.getArgsList(),
    ],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        ...environment,
        PULUMI_CONFIG: JSON.stringify(
          Object.fromEntries(request.getConfigMap().entries() as Iterable<[string, string]>),
        ),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
        ...(options.typescript !== false && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
      },
    },
  );
}

function exitOf(child: ChildProcess, onOutput: (line: string) => void): Promise<number> {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(onOutput);
    });
    stream?.on("end", () => rest !== "" && onOutput(rest));
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    // A signal leaves no code.
    child.once("close", (code) => resolve(code ?? 1));
  });
}

import { spawn } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** A step of the engine, as its event log tells it. */
export interface Step {
  /** `same`, `create`, `update`, `delete`, `create-replacement`, `refresh`, … */
  op: string;
  urn: string;
  /** Pulumi type token. */
  type: string;
  /** The resource's Pulumi name. */
  name: string;
  /** Top-level inputs that differ. */
  diffs: string[];
}

export interface Run {
  /** What a person would have seen, without colours. */
  output: string;
  steps: Step[];
  /** Numbers of steps by operation, as the engine sums them up. */
  summary: Record<string, number>;
  seconds: number;
}

export interface PulumiCliOptions {
  /** The executable, or its name on the PATH. */
  executable: string;
  /** Where `Pulumi.yaml` and the stack's file are. */
  project: string;
  stack: string;
  /** An empty folder for the state, plugins and logs. */
  folder: string;
  environment: Record<string, string>;
}

/** The real Pulumi CLI, on a state of its own and without a network. */
export class PulumiCli {
  readonly #options: PulumiCliOptions;
  #runs = 0;

  constructor(options: PulumiCliOptions) {
    this.#options = options;
  }

  async createStack(): Promise<void> {
    await mkdir(join(this.#options.folder, "state"), { recursive: true });
    await this.#execute(["stack", "init", this.#options.stack]);
  }

  preview(...flags: string[]): Promise<Run> {
    return this.#operate(["preview", ...flags]);
  }

  up(...flags: string[]): Promise<Run> {
    return this.#operate(["up", "--yes", "--skip-preview", ...flags]);
  }

  refresh(...flags: string[]): Promise<Run> {
    return this.#operate(["refresh", "--yes", "--skip-preview", ...flags]);
  }

  /** Previews first: without that, the engine deletes what is not protected before it comes to what is. */
  destroy(...flags: string[]): Promise<Run> {
    return this.#operate(["destroy", "--yes", ...flags]);
  }

  /** The deployment's state, secrets still encrypted. */
  async state(): Promise<{ deployment: { resources?: StateResource[] } }> {
    return JSON.parse(await this.#execute(["stack", "export", "--stack", this.#options.stack]));
  }

  async outputs(): Promise<Record<string, unknown>> {
    const { stack } = this.#options;
    return JSON.parse(await this.#execute(["stack", "output", "--json", "--show-secrets", "--stack", stack]));
  }

  async #operate([command = "", ...flags]: string[]): Promise<Run> {
    const log = join(this.#options.folder, `events-${++this.#runs}.json`);
    const started = performance.now();
    const common = ["--stack", this.#options.stack, "--event-log", log, "--skip-plugin-pre-install"];
    const output = await this.#execute([command, ...common, "--suppress-progress", ...flags]);
    const seconds = (performance.now() - started) / 1000;
    const events = await readEvents(log);
    await rm(log, { force: true });
    return { output, ...events, seconds };
  }

  #execute(args: readonly string[]): Promise<string> {
    const { executable, project, environment } = this.#options;
    const child = spawn(executable, [...args, "--non-interactive", "--color", "never", "--cwd", project], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment, ...this.#environment() },
    });
    let output = "";
    let complaints = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (complaints += chunk));
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        if (code === 0) resolve(output);
        else reject(new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${output}\n${complaints}`));
      });
    });
  }

  #environment(): Record<string, string> {
    const { folder } = this.#options;
    return {
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase of this test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // The file backend writes the whole state before and after each step; one write at the end is enough here.
      PULUMI_SKIP_CHECKPOINTS: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      // Event logs are an option for developers of Pulumi.
      PULUMI_DEBUG_COMMANDS: "true",
    };
  }
}

export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  protect?: boolean;
  parent?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  additionalSecretOutputs?: string[];
}

interface EngineEvent {
  resourcePreEvent?: { metadata: { op: string; urn: string; type: string; diffs?: string[] | null } };
  summaryEvent?: { resourceChanges: Record<string, number> };
}

async function readEvents(file: string): Promise<Pick<Run, "steps" | "summary">> {
  const events = (await readFile(file, "utf8"))
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as EngineEvent);
  const steps = events.flatMap(({ resourcePreEvent }) => {
    if (!resourcePreEvent) return [];
    const { op, urn, type, diffs } = resourcePreEvent.metadata;
    return [{ op, urn, type, name: urn.slice(urn.lastIndexOf("::") + 2), diffs: diffs ?? [] }];
  });
  return { steps, summary: events.find(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges ?? {} };
}

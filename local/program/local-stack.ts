import * as pulumi from "@pulumi/pulumi";
import { withoutStackTraces } from "../../infra/without-stack-traces";
import type { Properties, ResourceHandler, ResourceHandlers } from "./handler";
import { changedKeys, fingerprint, unwrapInputs } from "./inputs";
import { replacingInputs } from "./replacing-inputs";

/** What a run did to one resource. */
export interface Change {
  operation: "create" | "update" | "replace" | "delete";
  /** Pulumi type token. */
  type: string;
  name: string;
  /** Top-level inputs that differ; empty for a creation or deletion. */
  keys: string[];
}

export interface LocalStackOptions {
  /** The deployment program's exported function. */
  program: () => Promise<Record<string, unknown> | undefined>;
  handlers: ResourceHandlers;
  /** Answers to provider functions by token: `aws:index/getRegion:getRegion`. */
  functions: Record<string, (inputs: Properties) => Properties>;
  project: string;
  stack: string;
  /** Stack configuration by full key: `quayside:egress`. */
  config: Record<string, string>;
  /** Told of each change as it is done. */
  onChange?: (change: Change) => void;
}

interface Registered {
  type: string;
  name: string;
  id: string;
  /** As the program gave them, secrets unwrapped. */
  inputs: Properties;
  /** Before anything could change the files they refer to. */
  fingerprint: string;
  outputs: Properties;
  handler: ResourceHandler | undefined;
}

/**
 * A stack on this machine: the deployment program, run in process through Pulumi's mocks, with a handler behind each
 * resource. Running it again applies the difference and nothing else.
 */
export class LocalStack {
  readonly #options: LocalStackOptions;
  /** In order of registration, which is an order in which everything comes after what it depends on. */
  #resources = new Map<string, Registered>();
  #outputs: Properties = {};

  constructor(options: LocalStackOptions) {
    this.#options = options;
  }

  /** The program's outputs of the last run. */
  get outputs(): Properties {
    return this.#outputs;
  }

  /** Every resource that stands, components included. */
  get resources(): readonly Pick<Registered, "type" | "name" | "id" | "inputs" | "outputs">[] {
    return [...this.#resources.values()];
  }

  /**
   * Runs the program and makes the stand-ins match it. Returns what changed.
   * @param signal once it aborts, nothing more is created or changed, and the run fails
   * @throws one error that names every resource that failed; what had succeeded stays, as with `pulumi up`.
   */
  async up(signal?: AbortSignal): Promise<Change[]> {
    const run = new Run(this.#options, this.#resources, signal);
    const { project, stack, config } = this.#options;
    pulumi.runtime.setAllConfig(config);
    await pulumi.runtime.setMocks(run, project, stack, false);
    // Outputs that hang on a failed registration reject with nobody there to await them; Pulumi's own runner listens too.
    const onRejection = (reason: unknown) => run.rejected(reason);
    process.on("unhandledRejection", onRejection);
    // Pulumi warns of outputs that are unknown. Where a run is given up they all are, and nobody needs to hear it. As all
    // of Pulumi's own state, this is the process's: no two runs overlap.
    const { warn } = console;
    console.warn = (...parts) => {
      if (!signal?.aborted) warn(...parts);
    };
    let outputs: Properties | undefined;
    try {
      // What depends on a failed resource is never registered, so the program may never end: the first error ends the run.
      outputs = await withoutStackTraces(() => Promise.race([runToTheEnd(this.#options.program), run.failed]));
    } catch (error) {
      run.rejected(error);
    } finally {
      await run.settled();
      process.off("unhandledRejection", onRejection);
      console.warn = warn;
    }
    if (run.errors.length > 0 || signal?.aborted) {
      // What the program did not get to is not gone: only a run that went through may delete.
      for (const [key, resource] of this.#resources) {
        if (!run.registered.has(key)) run.registered.set(key, resource);
      }
      this.#resources = run.registered;
      signal?.throwIfAborted();
      throw new Error([...new Set(run.errors.map(({ message }) => message))].join("\n"));
    }
    const gone = [...this.#resources].filter(([key]) => !run.registered.has(key)).map(([, resource]) => resource);
    this.#resources = run.registered;
    this.#outputs = outputs ?? {};
    await run.delete(gone);
    return run.changes;
  }

  /** Deletes everything, what depends on others first. */
  async destroy(): Promise<void> {
    const run = new Run(this.#options, new Map());
    const all = [...this.#resources.values()];
    this.#resources = new Map();
    await run.delete(all);
  }
}

async function runToTheEnd(program: LocalStackOptions["program"]): Promise<Properties | undefined> {
  const outputs = await pulumi.runtime.runInPulumiStack(async () => program());
  // The stack's outputs can be known before every resource is registered.
  await pulumi.runtime.disconnect();
  return outputs as Properties | undefined;
}

/** One run of the program: Pulumi's mocks ask it for each resource. */
class Run implements pulumi.runtime.Mocks {
  readonly changes: Change[] = [];
  readonly errors: Error[] = [];
  readonly registered = new Map<string, Registered>();
  /** Rejects with the first error. */
  readonly failed: Promise<never>;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #options: LocalStackOptions;
  readonly #before: ReadonlyMap<string, Registered>;
  readonly #signal: AbortSignal | undefined;
  #fail: (error: Error) => void = () => {};

  constructor(options: LocalStackOptions, before: ReadonlyMap<string, Registered>, signal?: AbortSignal) {
    this.#options = options;
    this.#before = before;
    this.#signal = signal;
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
  }

  newResource(
    args: pulumi.runtime.MockResourceArgs,
  ): Promise<{ id: string | undefined; state: Record<string, unknown> }> {
    const result = this.#newResource(args).finally(() => this.#underWay.delete(result));
    this.#underWay.add(result);
    return result;
  }

  async #newResource(
    args: pulumi.runtime.MockResourceArgs,
  ): Promise<{ id: string | undefined; state: Record<string, unknown> }> {
    // The program cannot be stopped half way. It gets to its end with resources that nobody makes.
    if (this.#signal?.aborted) return { id: args.name, state: await unwrapInputs(args.inputs as Properties) };
    try {
      const resource = await this.#reconcile(args);
      return { id: resource.id, state: { ...resource.inputs, ...resource.outputs } };
    } catch (error) {
      const failure = new Error(`${args.type} "${args.name}": ${error instanceof Error ? error.message : error}`);
      throw this.#record(failure);
    }
  }

  async call({ token, inputs }: pulumi.runtime.MockCallArgs): Promise<Record<string, unknown>> {
    const answer = this.#options.functions[token];
    try {
      if (!answer) throw new Error("nothing on this machine answers it");
      return answer(await unwrapInputs(inputs as Properties));
    } catch (error) {
      throw this.#record(new Error(`the program asks ${token}: ${error instanceof Error ? error.message : error}`));
    }
  }

  #record(failure: Error): Error {
    this.errors.push(failure);
    this.#fail(failure);
    return failure;
  }

  /** Resolves when nothing is being created any more, rejections of this turn included. */
  async settled(): Promise<void> {
    do {
      await Promise.allSettled(this.#underWay);
      await new Promise(setImmediate);
    } while (this.#underWay.size > 0);
  }

  /** Takes an error that is no handler's; what follows from one that is recorded already says nothing new. */
  rejected(reason: unknown): void {
    if (this.errors.length === 0) this.#record(reason instanceof Error ? reason : new Error(String(reason)));
  }

  /** Deletes resources, the last registered first. */
  async delete(resources: readonly Registered[]): Promise<void> {
    for (const { handler, type, name, id, inputs } of [...resources].reverse()) {
      await handler?.delete(id, inputs);
      this.#note({ operation: "delete", type, name, keys: [] });
    }
  }

  async #reconcile({ type, name, inputs: wrapped, provider }: pulumi.runtime.MockResourceArgs): Promise<Registered> {
    const key = `${type}::${name}`;
    if (this.registered.has(key)) throw new Error("the program registers it twice");
    const handler = this.#handlerOf(type);
    const before = this.#before.get(key);
    const resource: Registered = {
      ...{ type, name, handler, inputs: {}, fingerprint: "" },
      ...{ id: before?.id ?? name, outputs: before?.outputs ?? {} },
    };
    // The place is taken before anything is awaited, so that the order of registration is kept.
    this.registered.set(key, resource);
    try {
      resource.inputs = this.#withRegion(await unwrapInputs(wrapped as Properties), provider);
      resource.fingerprint = `${fingerprint(resource.inputs)}${(await handler?.contentOf?.(resource.inputs)) ?? ""}`;
      if (before === undefined) Object.assign(resource, await this.#create(resource));
      else if (before.fingerprint !== resource.fingerprint)
        Object.assign(resource, await this.#change(before, resource));
    } catch (error) {
      if (before) this.registered.set(key, before);
      else this.registered.delete(key);
      throw error;
    }
    return resource;
  }

  async #create({ handler, type, name, inputs }: Registered): Promise<{ id: string; outputs: Properties }> {
    const created = (await handler?.create(inputs, name)) ?? { id: name, outputs: {} };
    this.#note({ operation: "create", type, name, keys: [] });
    return created;
  }

  async #change(before: Registered, { handler, type, name, inputs }: Registered) {
    const keys = changedKeys(before.inputs, inputs);
    if (handler?.update && replacingInputs(handler, inputs, before.inputs).length === 0) {
      const { outputs } = await handler.update(before.id, inputs, before.inputs);
      this.#note({ operation: "update", type, name, keys });
      return { id: before.id, outputs };
    }
    await handler?.delete(before.id, before.inputs);
    const created = (await handler?.create(inputs, name)) ?? { id: name, outputs: {} };
    this.#note({ operation: handler ? "replace" : "update", type, name, keys });
    return created;
  }

  /**
   * A resource that names no region is in its provider's.
   * @param reference `<URN>::<id>` of the provider, where the program named one
   */
  #withRegion(inputs: Properties, reference: string | undefined): Properties {
    const [id, name, type] = reference?.split("::").reverse() ?? [];
    // The types of its parents come first.
    const explicit = id ? this.registered.get(`${type?.split("$").at(-1)}::${name}`) : undefined;
    const region = explicit?.inputs.region;
    return region === undefined || inputs.region !== undefined ? inputs : { ...inputs, region };
  }

  #handlerOf(type: string): ResourceHandler | undefined {
    const handler = this.#options.handlers[type];
    // Components are containers of the program's own and providers are settings: neither is anything on AWS.
    if (handler || type.startsWith(`${this.#options.project}:`) || type.startsWith("pulumi:")) return handler;
    throw new Error("nothing on this machine stands for this type; write a handler for it under local/");
  }

  #note(change: Change): void {
    this.changes.push(change);
    this.#options.onChange?.(change);
  }
}

import * as pulumi from "@pulumi/pulumi";
import type { Properties, ResourceHandler, ResourceHandlers } from "./handler";
import { changedKeys, fingerprint, unwrapInputs } from "./inputs";

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
   * @throws one error that names every resource that failed; what had succeeded stays, as with `pulumi up`.
   */
  async up(): Promise<Change[]> {
    const run = new Run(this.#options, this.#resources);
    const { project, stack, config } = this.#options;
    pulumi.runtime.setAllConfig(config);
    await pulumi.runtime.setMocks(run, project, stack, false);
    let outputs: Properties | undefined;
    try {
      outputs = (await pulumi.runtime.runInPulumiStack(async () => this.#options.program())) as Properties | undefined;
      // The stack's outputs can be known before every resource is registered.
      await pulumi.runtime.disconnect();
    } catch (error) {
      // After a failed registration the program fails too, usually with the same words.
      if (run.errors.length === 0) run.errors.push(error instanceof Error ? error : new Error(String(error)));
    }
    if (run.errors.length > 0) {
      // What the program did not get to is not gone: only a run that went through may delete.
      for (const [key, resource] of this.#resources) {
        if (!run.registered.has(key)) run.registered.set(key, resource);
      }
      this.#resources = run.registered;
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

/** One run of the program: Pulumi's mocks ask it for each resource. */
class Run implements pulumi.runtime.Mocks {
  readonly changes: Change[] = [];
  readonly errors: Error[] = [];
  readonly registered = new Map<string, Registered>();
  readonly #options: LocalStackOptions;
  readonly #before: ReadonlyMap<string, Registered>;

  constructor(options: LocalStackOptions, before: ReadonlyMap<string, Registered>) {
    this.#options = options;
    this.#before = before;
  }

  async newResource(
    args: pulumi.runtime.MockResourceArgs,
  ): Promise<{ id: string | undefined; state: Record<string, unknown> }> {
    try {
      const resource = await this.#reconcile(args);
      return { id: resource.id, state: { ...resource.inputs, ...resource.outputs } };
    } catch (error) {
      const failure = new Error(`${args.type} "${args.name}": ${error instanceof Error ? error.message : error}`);
      this.errors.push(failure);
      throw failure;
    }
  }

  async call({ token, inputs }: pulumi.runtime.MockCallArgs): Promise<Record<string, unknown>> {
    const answer = this.#options.functions[token];
    if (answer) return answer(unwrapInputs(inputs as Properties));
    const failure = new Error(`the program asks ${token}, which nothing on this machine answers`);
    this.errors.push(failure);
    throw failure;
  }

  /** Deletes resources, the last registered first. */
  async delete(resources: readonly Registered[]): Promise<void> {
    for (const { handler, type, name, id, inputs } of [...resources].reverse()) {
      await handler?.delete(id, inputs);
      this.#note({ operation: "delete", type, name, keys: [] });
    }
  }

  async #reconcile({ type, name, inputs: wrapped }: pulumi.runtime.MockResourceArgs): Promise<Registered> {
    const key = `${type}::${name}`;
    if (this.registered.has(key)) throw new Error("the program registers it twice");
    const inputs = unwrapInputs(wrapped as Properties);
    const handler = this.#handlerOf(type);
    const wanted = { type, name, inputs, fingerprint: fingerprint(inputs), handler };
    const before = this.#before.get(key);
    // The place is taken before anything is awaited, so that the order of registration is kept.
    const resource: Registered = { ...wanted, id: before?.id ?? name, outputs: before?.outputs ?? {} };
    this.registered.set(key, resource);
    try {
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
    const updated = handler?.update ? await handler.update(before.id, inputs, before.inputs) : "replace";
    if (updated !== "replace") {
      this.#note({ operation: "update", type, name, keys });
      return { id: before.id, outputs: updated.outputs };
    }
    await handler?.delete(before.id, before.inputs);
    const created = (await handler?.create(inputs, name)) ?? { id: name, outputs: {} };
    this.#note({ operation: handler ? "replace" : "update", type, name, keys });
    return created;
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

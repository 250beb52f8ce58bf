import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { changedKeys } from "../program/inputs";
import { replacingInputs } from "../program/replacing-inputs";
import { unknownValue } from "./property-struct";

/** What the engine did to one resource, or asked of the provider's functions. */
export interface Operation {
  kind: "create" | "update" | "delete" | "read" | "invoke";
  /** Pulumi type token, or the function's. */
  type: string;
  /** The resource's Pulumi name; empty for a function. */
  name: string;
}

/** How the engine names a resource. */
export interface Subject {
  type: string;
  name: string;
}

export interface Difference {
  /** Top-level inputs that differ. */
  changed: string[];
  /** Those of them that an update cannot change. */
  replacing: string[];
  /** Whether the new one could not exist beside the old. */
  deleteBeforeReplace: boolean;
}

export interface EngineProviderOptions {
  handlers: ResourceHandlers;
  /** Answers to provider functions by token. */
  functions: Record<string, (inputs: Properties) => Properties>;
  /** Told of what reaches a stand-in; never of a preview. */
  onOperation?: (operation: Operation) => void;
}

/** Under this input a preview sees that files have changed which the other inputs only name, as docker-build does it. */
const contentKey = "contextHash";

/**
 * A Pulumi provider over the handlers that also serve the local stack. What stands is what it was asked to create: it
 * outlives the engine's runs, as a cloud does, and `read` answers from it.
 */
export class EngineProvider {
  readonly #options: EngineProviderOptions;
  readonly #standing = new Map<string, { id: string; inputs: Properties; properties: Properties }>();

  constructor(options: EngineProviderOptions) {
    this.#options = options;
  }

  /** How many resources stand. */
  get size(): number {
    return this.#standing.size;
  }

  /** Physical names and defaults are the handlers' affair, so inputs stay as the program gave them. */
  async check({ type }: Subject, inputs: Properties): Promise<Properties> {
    const content = await this.#handler(type).contentOf?.(inputs);
    return content === undefined ? inputs : { ...inputs, [contentKey]: content };
  }

  diff({ type }: Subject, inputs: Properties, previous: Properties): Difference {
    return {
      changed: changedKeys(previous, inputs),
      replacing: replacingInputs(this.#handler(type), inputs, previous),
      // Two cannot bear one name. Where it is left to the stand-in, the new one gets another.
      deleteBeforeReplace: typeof inputs.name === "string" && inputs.name === previous.name,
    };
  }

  /** @param preview with it nothing is created, and what creation would bring stays unknown. */
  async create(
    subject: Subject,
    inputs: Properties,
    preview: boolean,
  ): Promise<{ id: string; properties: Properties }> {
    const handler = this.#handler(subject.type);
    if (preview) {
      const incomplete = (handler.completes ?? []).filter((key) => key in inputs);
      return { id: "", properties: { ...inputs, ...unknown(incomplete) } };
    }
    const { id, outputs } = await handler.create(withoutContent(inputs), subject.name);
    this.#note("create", subject);
    return this.#remember(subject, id, inputs, outputs);
  }

  /** What stands under that id; undefined where nothing does. */
  read(subject: Subject, id: string): { inputs: Properties; properties: Properties } | undefined {
    this.#note("read", subject);
    if (this.#handler(subject.type).exists?.(id) === false) this.#standing.delete(keyOf(subject, id));
    return this.#standing.get(keyOf(subject, id));
  }

  async update(
    subject: Subject,
    change: { id: string; inputs: Properties; previous: Properties; properties: Properties },
    preview: boolean,
  ): Promise<{ properties: Properties }> {
    const { id, inputs, previous, properties } = change;
    const handler = this.#handler(subject.type);
    if (preview) {
      const changed = changedKeys(previous, inputs);
      // What nobody changes stays as it turned out to be, which may be more or other than was asked for.
      const kept = Object.entries(properties).filter(([key]) => !changed.includes(key));
      const completed = (handler.completes ?? [])
        .filter((key) => key in inputs)
        .map((key) => [key, { ...(properties[key] as Properties), ...(inputs[key] as Properties) }]);
      return {
        properties: {
          ...{ ...inputs, ...Object.fromEntries(kept), ...Object.fromEntries(completed) },
          ...unknown(handler.renews ?? []),
        },
      };
    }
    const updated = await handler.update?.(id, withoutContent(inputs), withoutContent(previous));
    if (!updated) throw new Error(`${subject.type} cannot be updated`);
    this.#note("update", subject);
    const kept = Object.entries(properties).filter(([key]) => !(key in previous));
    return this.#remember(subject, id, inputs, { ...Object.fromEntries(kept), ...updated.outputs });
  }

  async delete(subject: Subject, id: string, inputs: Properties): Promise<void> {
    await this.#handler(subject.type).delete(id, withoutContent(inputs));
    this.#standing.delete(keyOf(subject, id));
    this.#note("delete", subject);
  }

  invoke(token: string, inputs: Properties): Properties {
    const answer = this.#options.functions[token];
    if (!answer) throw new Error(`the program asks ${token}, which nothing on this machine answers`);
    this.#note("invoke", { type: token, name: "" });
    return answer(inputs);
  }

  #remember(subject: Subject, id: string, inputs: Properties, outputs: Properties) {
    const standing = { id, inputs, properties: { ...inputs, ...outputs } };
    this.#standing.set(keyOf(subject, id), standing);
    return standing;
  }

  #handler(type: string): ResourceHandler {
    const handler = this.#options.handlers[type];
    if (handler) return handler;
    throw new Error(`nothing on this machine stands for ${type}; write a handler for it under local/`);
  }

  #note(kind: Operation["kind"], { type, name }: Subject): void {
    this.#options.onOperation?.({ kind, type, name });
  }
}

const unknown = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, unknownValue]));

const keyOf = ({ type }: Subject, id: string) => `${type} ${id}`;

function withoutContent({ [contentKey]: _, ...inputs }: Properties): Properties {
  return inputs;
}

import type { Properties, ResourceHandler } from "./handler";
import { physicalName } from "./physical-name";

/** A resource that is a name and what follows from it; its name is its id, and cannot change. */
export function namedHandler(outputs: (name: string) => Properties): ResourceHandler {
  return {
    async create(inputs, resourceName) {
      const name = typeof inputs.name === "string" ? inputs.name : physicalName(resourceName);
      return { id: name, outputs: outputs(name) };
    },
    replaceOn: ["name"],
    update: async (id) => ({ outputs: outputs(id) }),
    delete: async () => {},
  };
}

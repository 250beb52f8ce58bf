import { createHash } from "node:crypto";
import type { Properties, ResourceHandler } from "../program/handler";
import type { ConstructedComponent, ConstructRequest } from "./construct-request";
import { hasUnknown, unknownValue } from "./property-struct";
import { ResourceMonitor } from "./resource-monitor";

/** Where awsx keeps the image that its component builds. */
export const dockerBuildImage = "docker-build:index:Image";

/**
 * The component `awsx:ecr:Image`: like the real one it only registers the image of docker-build that it contains, and
 * waits with it until it knows the repository. Source: pulumi-awsx, awsx/ecr/image.ts.
 */
export async function constructImage(
  { type, name, stack, parent, inputs, inputDependencies, dependencies, protect, monitor }: ConstructRequest,
  version: string,
): Promise<ConstructedComponent> {
  if (type !== "awsx:ecr:Image") throw new Error(`nothing on this machine constructs ${type}`);
  const engine = new ResourceMonitor(monitor);
  try {
    const component = { type, name, parent, inputs: {}, dependencies, protect };
    const { urn } = await engine.register({ ...component, custom: false });
    let [imageUri, from] = [unknownValue, [urn]];
    if (!hasUnknown(inputs)) {
      const image = imageInputs(inputs, stack);
      const registered = await engine.register({
        ...{ type: dockerBuildImage, name: image.name, parent: urn, custom: true, inputs: image.inputs, version },
        dependencies,
        inputDependencies: { tags: inputDependencies.repositoryUrl ?? [] },
      });
      from = [registered.urn];
      const { digest } = registered.state;
      if (typeof digest === "string" && digest !== unknownValue) imageUri = `${inputs.repositoryUrl}@${digest}`;
    }
    await engine.registerOutputs(urn, { imageUri });
    return { urn, state: { imageUri }, dependencies: { imageUri: from } };
  } finally {
    engine.close();
  }
}

function imageInputs({ repositoryUrl, context = ".", dockerfile, platform }: Properties, stack: string) {
  const signature = `${context}${dockerfile ? `;dockerfile=${dockerfile}` : ""}${stack}`;
  const name = `${createHash("sha1").update(signature).digest("hex")}-container`;
  return {
    name,
    inputs: {
      tags: [`${repositoryUrl}:${name}`],
      context: { location: context },
      ...(dockerfile !== undefined && { dockerfile: { location: dockerfile } }),
      ...(platform !== undefined && { platforms: [platform] }),
      push: true,
    },
  };
}

/** The handler of docker-build's image, over the one that stands for awsx's under the local stack. */
export function dockerBuildImageHandler(image: ResourceHandler): ResourceHandler {
  const asImage = ({ tags, context, dockerfile }: Properties): Properties => ({
    repositoryUrl: String((tags as string[])[0]).replace(/:[^:/]+$/, ""),
    context: (context as { location: string }).location,
    ...(dockerfile !== undefined && { dockerfile: (dockerfile as { location: string }).location }),
  });
  const outputsOf = (inputs: Properties, { imageUri }: Properties): Properties => {
    const [, digest] = String(imageUri).split("@");
    return { digest, ref: `${(inputs.tags as string[])[0]}@${digest}` };
  };
  return {
    renews: ["digest", "ref"],
    async create(inputs, name) {
      const { id, outputs } = await image.create(asImage(inputs), name);
      return { id, outputs: outputsOf(inputs, outputs) };
    },
    async update(id, inputs, previous) {
      const updated = await image.update?.(id, asImage(inputs), asImage(previous));
      if (!updated) throw new Error("an image is updated in place");
      return { outputs: outputsOf(inputs, updated.outputs) };
    },
    delete: (id, inputs) => image.delete(id, asImage(inputs)),
    contentOf: async (inputs) => (await image.contentOf?.(asImage(inputs))) ?? "",
  };
}

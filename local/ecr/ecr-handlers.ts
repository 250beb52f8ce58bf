import { join, resolve } from "node:path";
import * as z from "zod";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { namedHandler } from "../program/named-handler";
import { readInputs } from "../program/read-inputs";
import type { EcrService } from "./ecr-service";

const image = z.looseObject({
  repositoryUrl: z.string(),
  context: z.string().default("."),
  dockerfile: z.string().optional(),
  target: z.undefined("is not implemented by the local ECR").optional(),
});

export function ecrHandlers(ecr: EcrService): ResourceHandlers {
  return {
    "aws:ecr/repository:Repository": repositoryHandler(ecr),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
      create: async ({ repository }) => ({ id: String(repository), outputs: { registryId: ecr.account.accountId } }),
      replaceOn: ["repository"],
      update: async () => ({ outputs: { registryId: ecr.account.accountId } }),
      delete: async () => {},
    },
    "awsx:ecr:Image": imageHandler(ecr),
  };
}

function repositoryHandler({ account: { accountId, region } }: EcrService): ResourceHandler {
  return namedHandler((name) => ({
    name,
    arn: `arn:aws:ecr:${region}:${accountId}:repository/${name}`,
    registryId: accountId,
    repositoryUrl: `${accountId}.dkr.ecr.${region}.amazonaws.com/${name}`,
  }));
}

/** A component of the package `awsx`; paths are relative to where the program runs. */
function imageHandler(ecr: EcrService): ResourceHandler {
  const read = (inputs: Properties, resource: string) => {
    const { repositoryUrl, context, dockerfile } = readInputs(image, inputs, resource);
    return { repositoryUrl, context, path: resolve(dockerfile ?? join(context, "Dockerfile")) };
  };
  const push = async (inputs: Properties, resource: string) => {
    const { repositoryUrl, context, path } = read(inputs, resource);
    return { imageUri: await ecr.push(repositoryUrl, context, path) };
  };
  return {
    async contentOf(inputs) {
      const { context, path } = read(inputs, "the image");
      const built = await ecr.build(context, path);
      await built.remove();
      return built.digest;
    },
    create: async (inputs, name) => ({ id: name, outputs: await push(inputs, name) }),
    update: async (id, inputs) => ({ outputs: await push(inputs, id) }),
    // A job definition that still runs may name the image: its files go when the stand-in stops.
    delete: async () => {},
  };
}

import * as z from "zod";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { physicalName } from "../program/physical-name";
import { readInputs } from "../program/read-inputs";
import type { Secret } from "./secret";
import type { SecretsManager } from "./secrets-manager";

const secretInputs = z.strictObject({
  name: z.string().optional(),
  description: z.string().optional(),
  kmsKeyId: z.string().optional(),
  policy: z.string().optional(),
  recoveryWindowInDays: z.number().default(30),
  tags: z.record(z.string(), z.string()).default({}),
});

const versionInputs = z.strictObject({
  secretId: z.string(),
  secretString: z.string().optional(),
  secretBinary: z.string().optional(),
  secretStringWo: z.string().optional(),
  secretStringWoVersion: z.number().optional(),
  versionStages: z.array(z.string()).optional(),
});

const policyInputs = z.strictObject({
  secretArn: z.string(),
  policy: z.string(),
  blockPublicPolicy: z.boolean().optional(),
});

/** Secrets, their versions and policies, by Pulumi type token. */
export function secretsManagerHandlers(manager: SecretsManager): ResourceHandlers {
  return {
    "aws:secretsmanager/secret:Secret": secretHandler(manager),
    "aws:secretsmanager/secretVersion:SecretVersion": versionHandler(manager),
    "aws:secretsmanager/secretPolicy:SecretPolicy": policyHandler(manager),
  };
}

/** Id: the secret's ARN. */
function secretHandler(manager: SecretsManager): ResourceHandler {
  const outputs = ({ arn, name, description }: Secret): Properties => ({
    ...{ arn, name, region: manager.account.region, tagsAll: { ...description.tags } },
    policy: description.policy ?? "",
  });
  return {
    async create(inputs, resourceName) {
      const { name, recoveryWindowInDays: _, ...description } = readInputs(secretInputs, inputs, resourceName);
      const secret = manager.create({ ...description, name: name ?? physicalName(resourceName) });
      return { id: secret.arn, outputs: outputs(secret) };
    },
    // For the provider, too, one that is marked for deletion is gone.
    exists: (id) => manager.find(id)?.deletion === undefined && manager.find(id) !== undefined,
    replaceOn: ["name"],
    async update(id, inputs) {
      const { name: _name, recoveryWindowInDays: _, policy, ...description } = readInputs(secretInputs, inputs, id);
      const secret = manager.secret(id);
      // Leaving the policy out does not delete it: it may be a SecretPolicy's. "{}" does, says the provider.
      Object.assign(secret.description, { description: undefined, kmsKeyId: undefined }, description);
      if (policy) secret.description.policy = policy === "{}" ? undefined : policy;
      return { outputs: outputs(secret) };
    },
    async delete(id, inputs) {
      const { recoveryWindowInDays: recoveryDays } = readInputs(secretInputs, inputs, id);
      const secret = manager.find(id);
      if (secret) manager.delete(secret, recoveryDays === 0 ? { force: true } : { recoveryDays });
    },
  };
}

/** Id: `<secret's ARN>|<version id>`. */
function versionHandler(manager: SecretsManager): ResourceHandler {
  const outputs = (secret: Secret, versionId: string): Properties => ({
    ...{ arn: secret.arn, secretArn: secret.arn, versionId, region: manager.account.region },
    versionStages: [...(secret.versions().find(({ id }) => id === versionId)?.stages ?? [])],
  });
  return {
    async create(inputs, resourceName) {
      const read = readInputs(versionInputs, inputs, resourceName);
      const secret = manager.secret(read.secretId);
      const value = { string: read.secretString ?? read.secretStringWo, binary: read.secretBinary };
      if (value.string === undefined && value.binary === undefined) {
        throw new Error("give the secret version a secretString, secretStringWo or secretBinary");
      }
      const { id } = manager.putValue(secret, value, { stages: read.versionStages });
      return { id: `${secret.arn}|${id}`, outputs: outputs(secret, id) };
    },
    // No update: a version's value never changes, and another value is another version.
    async delete(id) {
      const [arn = "", versionId = ""] = id.split("|");
      const secret = manager.find(arn);
      const stages = secret?.versions().find((version) => version.id === versionId)?.stages ?? [];
      // The current value stays, as on AWS: it goes with its secret.
      for (const stage of [...stages]) {
        if (stage !== "AWSCURRENT") secret?.moveStage(stage, undefined);
      }
    },
  };
}

/** Id: the secret's ARN. */
function policyHandler(manager: SecretsManager): ResourceHandler {
  const set = (inputs: Properties) => {
    const { secretArn, policy } = readInputs(policyInputs, inputs, "SecretPolicy");
    const secret = manager.secret(secretArn);
    secret.description.policy = policy;
    return { id: secret.arn, outputs: { region: manager.account.region } };
  };
  return {
    create: async (inputs) => set(inputs),
    replaceOn: ["secretArn"],
    update: async (_id, inputs) => set(inputs),
    async delete(id) {
      const secret = manager.find(id);
      if (secret) secret.description.policy = undefined;
    },
  };
}

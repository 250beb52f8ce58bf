import * as z from "zod";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { readInputs } from "../program/read-inputs";
import type { MalwareProtection } from "./malware-protection";
import type { ProtectionPlan } from "./protection-plan";

const planInputs = z.strictObject({
  role: z.string().startsWith("arn:"),
  protectedResource: z.strictObject({
    s3Bucket: z.strictObject({
      bucketName: z.string(),
      objectPrefixes: z.array(z.string()).max(5, "GuardDuty takes at most 5 prefixes").default([]),
    }),
  }),
  actions: z
    .array(z.strictObject({ taggings: z.array(z.strictObject({ status: z.enum(["ENABLED", "DISABLED"]) })).length(1) }))
    .max(1)
    .default([]),
  tags: z.record(z.string(), z.string()).default({}),
  region: z.string().optional(),
});

/** GuardDuty's resources, by Pulumi type token. */
export function guardDutyHandlers(protection: MalwareProtection): ResourceHandlers {
  return { "aws:guardduty/malwareProtectionPlan:MalwareProtectionPlan": planHandler(protection) };
}

/** Id: the plan's. */
function planHandler(protection: MalwareProtection): ResourceHandler {
  const read = (inputs: Properties, name: string) => {
    const { role, protectedResource, actions, tags } = readInputs(planInputs, inputs, name);
    const { bucketName: bucket, objectPrefixes: prefixes } = protectedResource.s3Bucket;
    const tagging = actions.some(({ taggings }) => taggings.some(({ status }) => status === "ENABLED"));
    return { plan: { roleArn: role, bucket, prefixes, tagging }, tags };
  };
  const outputs = ({ arn, createdAt }: ProtectionPlan, tags: Record<string, string>): Properties => ({
    arn,
    createdAt: createdAt.toISOString(),
    status: "ACTIVE",
    region: protection.account.region,
    tagsAll: tags,
  });
  return {
    replaceOn: ["protectedResource.s3Bucket.bucketName"],
    exists: (id) => protection.has(id),
    async create(inputs, name) {
      const { plan, tags } = read(inputs, name);
      const created = await protection.create(plan);
      return { id: created.id, outputs: outputs(created, tags) };
    },
    async update(id, inputs) {
      const { plan, tags } = read(inputs, id);
      return { outputs: outputs(await protection.update(id, plan), tags) };
    },
    async delete(id) {
      protection.delete(id);
    },
  };
}

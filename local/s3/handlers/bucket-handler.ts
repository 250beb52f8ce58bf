import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Properties, ResourceHandler } from "../../program/handler";
import { serviceCaller } from "../caller";
import type { S3 } from "../create-s3";
import { readInputs } from "./read-inputs";

const schema = z.strictObject({
  bucket: z.string().optional(),
  bucketPrefix: z.string().optional(),
  forceDestroy: z.boolean().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  tagsAll: z.record(z.string(), z.string()).optional(),
  region: z.string().optional(),
});

const read = (inputs: Properties) => readInputs(schema, inputs, "Bucket");

/** Route 53's hosted zone ids of S3 by region. Source: AWS General Reference, Amazon S3 website endpoints. */
const hostedZones: Record<string, string> = {
  "us-east-1": "Z3AQBSTGFYJSTF",
  "us-east-2": "Z2O1EMRO9K5GLX",
  "us-west-1": "Z2F56UZL2M1ACD",
  "us-west-2": "Z3BJ6K6RIION7M",
  "eu-central-1": "Z21DNDUVLTQW6Q",
  "eu-north-1": "Z3BAZG2TWCNX0D",
  "eu-west-1": "Z1BKCTXD74EZPE",
  "eu-west-2": "Z3GKZC51ZF0DB4",
  "eu-west-3": "Z3R1K369G5AVDG",
};

/** `aws:s3/bucket:Bucket`. What newer resources configure (versioning, policy, …) is refused as a property here. */
export function bucketHandler(s3: S3): ResourceHandler {
  const outputsOf = (bucket: string, tags: Record<string, string> = {}) => ({
    bucket,
    arn: `arn:aws:s3:::${bucket}`,
    bucketDomainName: `${bucket}.s3.amazonaws.com`,
    bucketRegionalDomainName: `${bucket}.s3.${s3.account.region}.amazonaws.com`,
    bucketRegion: s3.account.region,
    region: s3.account.region,
    hostedZoneId: hostedZones[s3.account.region],
    tagsAll: tags,
  });
  return {
    async create(inputs, name) {
      const { bucket = nameFor(name, inputs), tags, region } = read(inputs);
      if (region !== undefined && region !== s3.account.region) {
        throw new Error(`the local S3 is in ${s3.account.region} only; bucket ${bucket} is meant for ${region}`);
      }
      await s3.createBucket({ bucket, tags });
      return { id: bucket, outputs: outputsOf(bucket, tags) };
    },
    async update(bucket, inputs, previous) {
      const { tags = {}, ...now } = read(inputs);
      if (now.bucket !== previous.bucket || now.bucketPrefix !== previous.bucketPrefix) return "replace";
      await s3.setTags({ bucket, tags });
      return { outputs: outputsOf(bucket, tags) };
    },
    async delete(bucket, inputs) {
      await s3.deleteBucket(serviceCaller("s3.amazonaws.com"), { bucket, forceDestroy: read(inputs).forceDestroy });
    },
  };
}

/** A name as the provider makes it: of the prefix and 26 digits, or of the Pulumi name and 7 hexadecimal digits. */
function nameFor(name: string, { bucketPrefix }: Properties): string {
  if (typeof bucketPrefix === "string") return bucketPrefix + randomBytes(13).toString("hex");
  return `${name.toLowerCase().slice(0, 55)}-${randomBytes(4).toString("hex").slice(0, 7)}`;
}

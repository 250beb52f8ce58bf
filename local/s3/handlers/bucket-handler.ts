import { randomBytes } from "node:crypto";
import * as z from "zod";
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
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "this is no region")
    .optional(),
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

/**
 * `aws:s3/bucket:Bucket`. What newer resources configure (versioning, policy, …) is refused as a property here. Buckets
 * of all regions are in this one store, as their names are one namespace.
 */
export function bucketHandler(s3: S3): ResourceHandler {
  const outputsOf = (bucket: string, { tags = {}, region = s3.account.region }: z.output<typeof schema>) => ({
    bucket,
    arn: `arn:aws:s3:::${bucket}`,
    bucketDomainName: `${bucket}.s3.amazonaws.com`,
    bucketRegionalDomainName: `${bucket}.s3.${region}.amazonaws.com`,
    bucketRegion: region,
    region,
    hostedZoneId: hostedZones[region],
    tagsAll: tags,
  });
  return {
    async create(inputs, name) {
      const given = read(inputs);
      const { bucket = nameFor(name, inputs), tags, region } = given;
      await s3.createBucket({ bucket, tags, region });
      return { id: bucket, outputs: outputsOf(bucket, given) };
    },
    exists: (bucket) => s3.bucketNames().includes(bucket),
    replaceOn: ["bucket", "bucketPrefix", "region"],
    async update(bucket, inputs) {
      const now = read(inputs);
      await s3.setTags({ bucket, tags: now.tags ?? {} });
      return { outputs: outputsOf(bucket, now) };
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

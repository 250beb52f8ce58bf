import type { Properties, ResourceHandler } from "../../program/handler";
import type { S3 } from "../create-s3";

/** A resource that is a sub-resource of a bucket: its id is the bucket's name, and there is one of it. */
export interface Setting {
  /** Sets it by the inputs; returns further outputs. */
  set: (bucket: string, inputs: Properties) => Promise<Properties>;
  /** Restores what a bucket has without it. */
  unset: (bucket: string) => Promise<void>;
}

export function settingHandler(s3: S3, { set, unset }: Setting): ResourceHandler {
  return {
    async create(inputs) {
      const bucket = String(inputs.bucket);
      return { id: bucket, outputs: { region: inputs.region ?? s3.account.region, ...(await set(bucket, inputs)) } };
    },
    replaceOn: ["bucket"],
    async update(bucket, inputs) {
      return { outputs: { region: inputs.region ?? s3.account.region, ...(await set(bucket, inputs)) } };
    },
    async delete(bucket) {
      if (s3.bucketNames().includes(bucket)) await unset(bucket);
    },
  };
}

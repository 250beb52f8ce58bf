import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import type { Output } from "@pulumi/pulumi";
import type { Keys } from "./encryption";
import type { Stack } from "./stack";

export interface JobImage {
  repository: aws.ecr.Repository;
  /** With its digest, so that a job definition means one image for ever. */
  uri: Output<string>;
}

/** The one image of both jobs, built where the program runs and pushed to a repository of the account. */
export function jobImage(stack: Stack, keys: Keys): JobImage {
  const repository = new aws.ecr.Repository("jobs", {
    name: `${stack.prefix}-jobs`,
    encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keys.data.arn }],
    imageScanningConfiguration: { scanOnPush: true },
    // The tag moves with each build; job definitions refer to digests.
    imageTagMutability: "MUTABLE",
    forceDelete: !stack.config.protect,
  });
  new aws.ecr.LifecyclePolicy("jobs", {
    repository: repository.name,
    policy: JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          description: "Images that were replaced",
          selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 30 },
          action: { type: "expire" },
        },
      ],
    }),
  });
  const image = new awsx.ecr.Image("jobs", {
    repositoryUrl: repository.repositoryUrl,
    context: ".",
    dockerfile: "jobs/Dockerfile",
    platform: "linux/amd64",
  });
  return { repository, uri: image.imageUri };
}

import type { PolicyResource } from "@pulumi/policy";
import type { Resource } from "@pulumi/pulumi";

type ResourceClass = { new (...rest: never[]): Resource };

/** The resources of a type that configure this bucket: S3 has one for each of its settings. */
export function settingsOfBucket(
  resources: readonly PolicyResource[],
  bucket: PolicyResource,
  type: ResourceClass,
): Record<string, unknown>[] {
  return resources
    .filter((resource) => resource.isType(type as { new (...rest: unknown[]): Resource }))
    .map(({ props }) => props as Record<string, unknown>)
    .filter((props) => props.bucket === bucket.props.bucket);
}

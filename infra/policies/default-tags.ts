import type { ResourceValidationPolicy } from "@pulumi/policy";

/** By these, costs are told apart and forgotten resources found. */
const needed = ["service", "stack"];

/** The provider puts its default tags on each resource, so it is the provider that is looked at. */
export const defaultTags: ResourceValidationPolicy = {
  name: "default-tags",
  description: "Everything on AWS is tagged with its service and stack.",
  validateResource: ({ type, props, urn }, report) => {
    if (type === "pulumi:providers:aws") {
      const tags = tagsOf(props.defaultTags);
      const missing = needed.filter((tag) => !tags[tag]);
      if (missing.length > 0)
        report(`its defaultTags lack ${missing.join(" and ")}; set aws:defaultTags in Pulumi.${stackOf(urn)}.yaml`);
      if (tags.stack && tags.stack !== stackOf(urn))
        report(`its default tag "stack" is ${tags.stack}, and this is ${stackOf(urn)}`);
      return;
    }
    const own = type.startsWith("aws:") ? ((props.tags ?? {}) as Record<string, string>) : {};
    // The provider merges its default tags into these.
    if (own.stack !== undefined && own.stack !== stackOf(urn))
      report(`its tag "stack" is ${own.stack}; leave it to the default tags`);
  },
};

/** Providers get what is not text as JSON. */
function tagsOf(given: unknown): Record<string, string> {
  const value = (typeof given === "string" ? JSON.parse(given) : given) as
    | { tags?: Record<string, string> }
    | undefined;
  return value?.tags ?? {};
}

/** `urn:pulumi:prod::quayside::…` */
const stackOf = (urn: string) => urn.split("::")[0]?.split(":").at(-1);

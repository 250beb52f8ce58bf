import * as aws from "@pulumi/aws";
import { type CustomResourceOptions, getStack } from "@pulumi/pulumi";
import type { StackConfig } from "./config";

/** Where the program runs and what was decided for it: the first argument of everything that makes resources. */
export interface Stack {
  /** `dev`, `prod`. */
  name: string;
  /** Begins every name that people see: `quayside-dev`. */
  prefix: string;
  config: StackConfig;
  accountId: string;
  region: string;
  /** As many Availability Zones as the configuration asks for. */
  zones: string[];
  /** Folder of the built functions, relative to the working directory. */
  built: string;
  /** For what must survive a mistake: protected where the configuration says so. */
  stateful: CustomResourceOptions;
  /** The ARN of a resource of this account and region. */
  arn(service: string, resource: string): string;
}

/** @throws where the stack's name does not fit into the names of resources, or the region has too few zones. */
export async function describeStack(config: StackConfig, built: string): Promise<Stack> {
  const name = getStack();
  // The longest name made of it is the bucket's: 63 characters with account id and region. Without a hyphen, because
  // rights on quayside-dev-* would be rights on a stack called dev-2 as well.
  if (!/^[a-z][a-z0-9]{0,15}$/.test(name)) {
    throw new Error(`stack name "${name}" must be 1 to 16 lower-case letters and digits, a letter first`);
  }
  const [{ accountId }, { region }, { names }] = await Promise.all([
    aws.getCallerIdentity(),
    aws.getRegion(),
    // Local Zones and Wavelength Zones have to be opted into and lack most services.
    aws.getAvailabilityZones({
      state: "available",
      filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
    }),
  ]);
  const zones = [...names].sort().slice(0, config.availabilityZones);
  if (zones.length < config.availabilityZones) {
    throw new Error(
      `quayside:availabilityZones is ${config.availabilityZones}, but ${region} has ${zones.length}; lower it`,
    );
  }
  if (config.replicaRegion === region) {
    throw new Error(`quayside:replicaRegion is ${region}, where the stack itself is; name another`);
  }
  return {
    name,
    prefix: `quayside-${name}`,
    config,
    accountId,
    region,
    zones,
    built,
    stateful: { protect: config.protect },
    arn: (service, resource) => `arn:aws:${service}:${region}:${accountId}:${resource}`,
  };
}

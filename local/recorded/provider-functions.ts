import type { AwsAccount } from "../aws-endpoint/account";
import type { Properties } from "../program/handler";

/** Answers to the provider functions that the program calls, by token. */
export function providerFunctions({
  accountId,
  region,
}: AwsAccount): Record<string, (inputs: Properties) => Properties> {
  return {
    "aws:index/getCallerIdentity:getCallerIdentity": () => ({
      accountId,
      arn: `arn:aws:iam::${accountId}:user/local`,
      userId: "AIDALOCAL",
      id: accountId,
    }),
    "aws:index/getRegion:getRegion": () => ({ region, name: region, id: region, description: "This machine" }),
    "aws:index/getPartition:getPartition": () => ({ partition: "aws", dnsSuffix: "amazonaws.com", id: "aws" }),
    "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({
      names: ["a", "b", "c"].map((zone) => `${region}${zone}`),
      zoneIds: ["az1", "az2", "az3"].map((zone) => `${region}-${zone}`),
      id: region,
    }),
  };
}

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
    // Of the endpoint that Transfer Family makes for a server in a VPC. The first name is of the endpoint as a whole, the
    // others of one zone each.
    "aws:ec2/getVpcEndpoint:getVpcEndpoint": ({ id }) => {
      if (typeof id !== "string" || !id.startsWith("vpce-")) {
        throw new Error("on this machine a VPC endpoint can be looked up by its id only");
      }
      const domain = `server.transfer.${region}.vpce.amazonaws.com`;
      return {
        id,
        state: "available",
        serviceName: `com.amazonaws.${region}.transfer.server`,
        vpcEndpointType: "Interface",
        dnsEntries: [
          { dnsName: `${id}-0000000.${domain}`, hostedZoneId: "Z273ZU8SZ5RJPC" },
          { dnsName: `${id}-0000000-${region}a.${domain}`, hostedZoneId: "Z273ZU8SZ5RJPC" },
        ],
      };
    },
    "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({
      names: ["a", "b", "c"].map((zone) => `${region}${zone}`),
      zoneIds: ["az1", "az2", "az3"].map((zone) => `${region}-${zone}`),
      id: region,
    }),
  };
}

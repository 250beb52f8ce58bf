/** CIDR blocks by tier, one per Availability Zone. */
export interface SubnetPlan {
  /** Functions, database and endpoints: never a way out. */
  isolated: string[];
  /** Jobs: a way out where the stack has `egress: nat`. */
  jobs: string[];
  /** NAT gateways and an internet-facing partner endpoint. */
  public: string[];
}

/**
 * Splits a VPC's block into sixteenths: the first four for the isolated tier, then four for jobs, then four public
 * ones. The last four are spare. A further zone takes the next block of its tier, so no subnet ever moves.
 * @param vpcCidr `10.40.0.0/16`; /16 to /22. Of a smaller one a subnet has 11 or 27 addresses of its own: too few for
 * endpoints, functions, database and servers, or for the jobs of a burst.
 * @param zones 1 to 4.
 */
export function subnetPlan(vpcCidr: string, zones: number): SubnetPlan {
  const [address = "", length = ""] = vpcCidr.split("/");
  const prefixLength = Number(length) + 4;
  const size = 2 ** (32 - prefixLength);
  const start = toNumber(address);
  if (start % (size * 16) !== 0) {
    throw new Error(
      `quayside:vpcCidr ${vpcCidr} is not the first address of its block; use ${toText(start - (start % (size * 16)))}/${length}`,
    );
  }
  const tier = (index: number) =>
    Array.from({ length: zones }, (_, zone) => `${toText(start + (index * 4 + zone) * size)}/${prefixLength}`);
  return { isolated: tier(0), jobs: tier(1), public: tier(2) };
}

const toNumber = (address: string) => address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
const toText = (address: number) => [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");

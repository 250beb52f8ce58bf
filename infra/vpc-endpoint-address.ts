import * as aws from "@pulumi/aws";
import type { Output } from "@pulumi/pulumi";

export interface VpcEndpointAddress {
  dnsName: Output<string>;
  /** Of AWS's own zone, for alias records. */
  hostedZoneId: Output<string>;
}

/**
 * Where a server is inside the VPC. `server.endpoint` resolves on the internet only; here it is the first name of the
 * VPC endpoint that Transfer Family made for it.
 */
export function addressInVpc(server: aws.transfer.Server): VpcEndpointAddress {
  const id = server.endpointDetails.apply((details) => details?.vpcEndpointId ?? "");
  const first = aws.ec2.getVpcEndpointOutput({ id }).dnsEntries.apply((entries) => {
    const entry = entries[0];
    if (entry === undefined) throw new Error("the VPC endpoint of a Transfer Family server has no DNS name");
    return entry;
  });
  return { dnsName: first.dnsName, hostedZoneId: first.hostedZoneId };
}

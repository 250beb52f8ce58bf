import * as z from "zod";

const securityPolicies = [
  ...["2018-11", "2020-06", "2022-03", "2023-05", "2024-01", "2025-03"],
  ...["FIPS-2020-06", "FIPS-2023-05", "FIPS-2024-01", "FIPS-2024-05", "FIPS-2025-03"],
  ...["PQ-SSH-Experimental-2023-04", "PQ-SSH-FIPS-Experimental-2023-04", "SshAuditCompliant-2025-02"],
  ...["Restricted-2018-11", "Restricted-2020-06", "Restricted-2024-06", "AS2Restricted-2025-07"],
].map((name) => `TransferSecurityPolicy-${name}`);

const notHere = (what: string) => z.never(`${what} has no local stand-in`).optional();

/** A server as the program registers it, with the provider's defaults. Throws for what Transfer Family refuses. */
export const serverInputs = z
  .strictObject({
    protocols: z
      .array(z.enum(["SFTP", "FTPS", "FTP"], "AS2 has no local stand-in"))
      .min(1)
      .default(["SFTP"]),
    identityProviderType: z
      .enum(["SERVICE_MANAGED", "API_GATEWAY"], "this type of identity provider has no local stand-in")
      .default("SERVICE_MANAGED"),
    url: z.string().max(255).optional(),
    invocationRole: z.string().optional(),
    sftpAuthenticationMethods: z
      .enum(["PASSWORD", "PUBLIC_KEY", "PUBLIC_KEY_OR_PASSWORD", "PUBLIC_KEY_AND_PASSWORD"])
      .optional(),
    endpointType: z
      .enum(["PUBLIC", "VPC"], "VPC_ENDPOINT is closed to accounts that did not have one in May 2021; use VPC")
      .default("PUBLIC"),
    endpointDetails: z
      .strictObject({
        vpcId: z.string().optional(),
        subnetIds: z.array(z.string()).optional(),
        securityGroupIds: z.array(z.string()).optional(),
        addressAllocationIds: z.array(z.string()).optional(),
        vpcEndpointId: notHere("endpointDetails.vpcEndpointId"),
      })
      .optional(),
    domain: z.literal("S3", "only the domain S3 has a local stand-in").default("S3"),
    certificate: z.string().optional(),
    hostKey: z.string().max(4096).optional(),
    ipAddressType: z.literal("IPV4", "only IPV4 has a local stand-in").default("IPV4"),
    securityPolicyName: z
      .enum(securityPolicies, "this is no security policy of Transfer Family")
      .default("TransferSecurityPolicy-2018-11"),
    structuredLogDestinations: z
      .array(z.string().endsWith(":*", "a log destination is a log group's ARN with :* at its end"))
      .max(1)
      .optional(),
    loggingRole: z.string().optional(),
    protocolDetails: z
      .strictObject({
        passiveIp: z.string().max(15).optional(),
        setStatOption: z.enum(["DEFAULT", "ENABLE_NO_OP"]).optional(),
        tlsSessionResumptionMode: z.enum(["DISABLED", "ENABLED", "ENFORCED"]).optional(),
        as2Transports: notHere("protocolDetails.as2Transports"),
      })
      .default({}),
    s3StorageOptions: z
      .strictObject({ directoryListingOptimization: z.enum(["ENABLED", "DISABLED"]).optional() })
      .default({}),
    preAuthenticationLoginBanner: z.string().max(4096).optional(),
    postAuthenticationLoginBanner: notHere("postAuthenticationLoginBanner"),
    forceDestroy: z.boolean().default(false),
    tags: z.record(z.string(), z.string()).default({}),
    region: z.string().optional(),
    directoryId: notHere("directoryId"),
    function: notHere("function"),
    workflowDetails: notHere("workflowDetails"),
  })
  .check(({ value, issues }) => {
    for (const message of mistakes(value)) issues.push({ code: "custom", message, input: value });
  });

export type ServerInputs = z.output<typeof serverInputs>;

/** What Transfer Family refuses of inputs that are right one by one. Source: API shape CreateServerRequest. */
function mistakes(inputs: z.output<typeof serverInputs>): string[] {
  const { protocols, endpointType, endpointDetails, identityProviderType } = inputs;
  const isCustom = identityProviderType === "API_GATEWAY";
  const hasFtp = protocols.includes("FTP");
  const hasFtps = protocols.includes("FTPS");
  const addresses = endpointDetails?.addressAllocationIds ?? [];
  const rules: [boolean, string][] = [
    [isCustom && (!inputs.url || !inputs.invocationRole), "API_GATEWAY needs url and invocationRole"],
    [!isCustom && Boolean(inputs.url || inputs.invocationRole), "url and invocationRole are for API_GATEWAY"],
    [!isCustom && (hasFtp || hasFtps), "service-managed users can use SFTP only"],
    [!isCustom && inputs.sftpAuthenticationMethods !== undefined, "sftpAuthenticationMethods is for API_GATEWAY"],
    [hasFtps && !inputs.certificate, "FTPS needs a certificate"],
    [(hasFtp || hasFtps) && endpointType !== "VPC", "FTPS and FTP need endpointType VPC"],
    [hasFtp && addresses.length > 0, "FTP is for private networks: no addressAllocationIds"],
    [endpointType === "VPC" && !endpointDetails?.vpcId, "endpointType VPC needs endpointDetails.vpcId"],
    [endpointType === "PUBLIC" && endpointDetails !== undefined, "endpointDetails are for endpointType VPC"],
    [
      addresses.length > 0 && addresses.length !== endpointDetails?.subnetIds?.length,
      "there must be as many addressAllocationIds as subnetIds",
    ],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, message]) => message);
}

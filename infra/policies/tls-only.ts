import * as efs from "@pulumi/aws/efs";
import * as rds from "@pulumi/aws/rds";
import * as transfer from "@pulumi/aws/transfer";
import { type ResourceValidationPolicy, validateResourceOfType } from "@pulumi/policy";
import { iamStatements } from "./iam-statements";

/** Sets of algorithms from before 2023-05; 2024-01 is AWS's own default. */
const weakPolicies = /-(2018-11|2020-06|2022-03|FIPS-2020-06|Restricted-2018-11|Restricted-2020-06)$/;

/** Everything that is connected to wants TLS or SSH with algorithms of today. */
export const tlsOnly: ResourceValidationPolicy = {
  name: "tls-only",
  description: "The database and file systems refuse connections without TLS; servers use a current set of algorithms.",
  validateResource: [
    validateResourceOfType(rds.ClusterParameterGroup, ({ parameters }, _args, report) => {
      const isForced = parameters?.some(({ name, value }) => name === "rds.force_ssl" && value === "1");
      if (!isForced) report("the database takes connections without TLS; set the parameter rds.force_ssl to 1");
    }),
    validateResourceOfType(rds.Cluster, ({ dbClusterParameterGroupName }, _args, report) => {
      if (!dbClusterParameterGroupName)
        report("with the default parameters it takes connections without TLS; name a group of ours");
    }),
    validateResourceOfType(transfer.Server, ({ securityPolicyName }, _args, report) => {
      // Without one, Pulumi's provider sets 2018-11.
      if (!securityPolicyName) report("name a securityPolicyName; the default is from 2018");
      else if (weakPolicies.test(securityPolicyName))
        report(`${securityPolicyName} allows weak algorithms; use a current one`);
    }),
    validateResourceOfType(efs.FileSystemPolicy, ({ policy }, _args, report) => {
      const isDenied = iamStatements(policy).some(
        ({ effect, conditions }) => effect === "Deny" && conditions.Bool?.["aws:SecureTransport"]?.join() === "false",
      );
      if (!isDenied) report("the file system is mounted without TLS; deny it where aws:SecureTransport is false");
    }),
  ],
};

import * as transfer from "@pulumi/aws/transfer";
import { type ResourceValidationPolicy, validateResourceOfType } from "@pulumi/policy";

/** Quayside can speak FTP inside a VPC, for machines that know nothing else; whoever turns it on should read this each time. */
export const noClearText: ResourceValidationPolicy = {
  name: "no-clear-text",
  description: "Servers speak no protocol that sends passwords and files in the clear.",
  enforcementLevel: "advisory",
  validateResource: validateResourceOfType(transfer.Server, ({ protocols }, _args, report) => {
    if (protocols?.includes("FTP")) report("FTP sends passwords and files in the clear; use SFTP or FTPS");
  }),
};

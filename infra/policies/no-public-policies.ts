import type { ResourceValidationPolicy } from "@pulumi/policy";
import { type IamStatement, iamStatements } from "./iam-statements";

/** Where each type has its policy: who may use the resource, whatever their own roles allow. */
const policyOf: Record<string, string> = {
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:sns/topicPolicy:TopicPolicy": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
  "aws:kms/key:Key": "policy",
  "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
  "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
  "aws:apigateway/restApiPolicy:RestApiPolicy": "policy",
  "aws:efs/fileSystemPolicy:FileSystemPolicy": "policy",
  "aws:backup/vaultPolicy:VaultPolicy": "policy",
  "aws:iam/role:Role": "assumeRolePolicy",
};

/** Conditions that leave nobody but our own account, network or resources. */
const narrowing =
  /^(aws:(PrincipalAccount|PrincipalArn|PrincipalOrgID|SourceAccount|SourceArn|SourceVpce?)|sts:ExternalId)$/i;

/** A resource policy that allows everybody something is an open door, whatever stands in the roles. */
export const noPublicPolicies: ResourceValidationPolicy = {
  name: "no-public-policies",
  description: "No resource policy allows something to everybody.",
  validateResource: ({ type, props }, report) => {
    const property = policyOf[type];
    if (property !== undefined && iamStatements(props[property]).some(isOpen)) {
      report(`its ${property} allows everybody something; name the accounts, roles or services`);
    }
    if (type === "aws:lambda/permission:Permission" && props.principal === "*") {
      report("everybody may invoke the function; name the service, with its sourceArn");
    }
  },
};

function isOpen({ effect, principals, conditions }: IamStatement): boolean {
  if (effect !== "Allow" || !principals.some((principal) => /^(\*|[A-Za-z]+:\*)$/.test(principal))) return false;
  return !Object.values(conditions).some((keys) =>
    Object.entries(keys).some(([key, values]) => narrowing.test(key) && !values.includes("*")),
  );
}

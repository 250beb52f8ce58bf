import * as z from "zod";
import { AwsError } from "../aws-endpoint/aws-error";
import { type JsonOperation, jsonOperation } from "../aws-endpoint/json-protocol";
import { authorizeKeyUse } from "../aws-endpoint/key-use";
import type { AwsCall } from "../aws-endpoint/service";
import { randomPassword } from "./random-password";
import type { Secret, SecretValue } from "./secret";
import { listSecrets } from "./secret-filters";
import type { SecretsManager } from "./secrets-manager";

const id = { SecretId: z.string().min(1).max(2048) };
const value = {
  SecretString: z.string().max(65_536).optional(),
  SecretBinary: z.base64().optional(),
  ClientRequestToken: z.string().min(32).max(64).optional(),
};
const details = { Description: z.string().max(2048).optional(), KmsKeyId: z.string().max(2048).optional() };
const tag = z.strictObject({ Key: z.string().min(1), Value: z.string() });

type Access = (call: AwsCall, action: string, secretId: string, conditions?: Record<string, string>) => Secret;

/** Secrets Manager's operations over the wire, by their names. */
export function secretOperations(manager: SecretsManager): Record<string, JsonOperation> {
  /** The secret of a request, once its caller may do this to it; those marked for deletion included. */
  const found: Access = (call, action, secretId, conditions = {}) => {
    const secret = manager.find(secretId);
    const stem = secretId.startsWith("arn:") ? secretId : manager.arnStem(secretId);
    call.authorize({
      action: `secretsmanager:${action}`,
      // IAM sees the whole ARN, or for a secret that is not there what its ARN would begin with.
      resource: secret?.arn ?? stem,
      conditions: { "secretsmanager:SecretId": secretId, ...tagConditions(secret), ...conditions },
      resourcePolicy: secret?.description.policy,
    });
    return secret ?? manager.secret(secretId);
  };
  const live: Access = (...parameters) => manager.secret(found(...parameters).arn);
  return {
    ...valueOperations(manager, live),
    ...lifeOperations(manager, found),
    ...descriptionOperations(manager, found, live),
    ...policyOperations(live),
  };
}

const tagConditions = (secret: Secret | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(secret?.description.tags ?? {}).map(([key, text]) => [`aws:ResourceTag/${key}`, text]),
  );

/** Seconds since the epoch: how AWS JSON writes times. */
const seconds = (date: Date | undefined) => (date === undefined ? undefined : date.getTime() / 1000);

function secretValue({
  SecretString,
  SecretBinary,
}: {
  SecretString?: string;
  SecretBinary?: string;
}): SecretValue | undefined {
  if (SecretString === undefined && SecretBinary === undefined) return undefined;
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw new AwsError(
      "InvalidParameterException",
      "You can't specify both a binary secret value and a string secret value.",
    );
  }
  return { string: SecretString, binary: SecretBinary };
}

/** The caller encrypts or decrypts with the secret's key, through Secrets Manager. */
function useKey(call: AwsCall, manager: SecretsManager, secret: Secret, actions: string[]): void {
  authorizeKeyUse(call, {
    ...{ keyId: secret.description.kmsKeyId, actions, service: "secretsmanager" },
    accountId: manager.account.accountId,
    encryptionContext: { SecretARN: secret.arn },
  });
}

const encrypt = ["kms:GenerateDataKey", "kms:Decrypt"];

function valueOperations(manager: SecretsManager, live: Access): Record<string, JsonOperation> {
  return {
    GetSecretValue: jsonOperation(
      z.strictObject({ ...id, VersionId: z.string().optional(), VersionStage: z.string().optional() }),
      ({ SecretId, VersionId, VersionStage }, call) => {
        const stage = VersionStage ?? (VersionId === undefined ? "AWSCURRENT" : undefined);
        const secret = live(call, "GetSecretValue", SecretId, {
          ...(stage !== undefined && { "secretsmanager:VersionStage": stage }),
          ...(VersionId !== undefined && { "secretsmanager:VersionId": VersionId }),
        });
        const version = manager.value(secret.arn, { id: VersionId, stage });
        useKey(call, manager, secret, ["kms:Decrypt"]);
        return {
          ...{ ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.stages] },
          ...{ SecretString: version.string, SecretBinary: version.binary, CreatedDate: seconds(version.createdAt) },
        };
      },
    ),
    PutSecretValue: jsonOperation(
      z.strictObject({ ...id, ...value, VersionStages: z.array(z.string()).min(1).max(20).optional() }),
      ({ SecretId, ClientRequestToken, VersionStages, ...input }, call) => {
        const secret = live(call, "PutSecretValue", SecretId);
        const given = secretValue(input);
        if (!given)
          throw new AwsError("InvalidRequestException", "You must provide either SecretString or SecretBinary.");
        useKey(call, manager, secret, encrypt);
        const version = manager.putValue(secret, given, { token: ClientRequestToken, stages: VersionStages });
        return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.stages] };
      },
    ),
    UpdateSecretVersionStage: jsonOperation(
      z.strictObject({
        ...{ ...id, VersionStage: z.string() },
        ...{ RemoveFromVersionId: z.string().optional(), MoveToVersionId: z.string().optional() },
      }),
      ({ SecretId, VersionStage, RemoveFromVersionId, MoveToVersionId }, call) => {
        const secret = live(call, "UpdateSecretVersionStage", SecretId, {
          "secretsmanager:VersionStage": VersionStage,
        });
        const holder = secret.versions().find(({ stages }) => stages.has(VersionStage));
        if (holder && holder.id !== RemoveFromVersionId && holder.id !== MoveToVersionId) {
          throw new AwsError(
            "InvalidParameterException",
            `The parameter RemoveFromVersionId can't be empty. Staging label ${VersionStage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
          );
        }
        secret.moveStage(VersionStage, MoveToVersionId);
        return { ARN: secret.arn, Name: secret.name };
      },
    ),
    GetRandomPassword: jsonOperation(
      z.strictObject({
        PasswordLength: z.int().min(1).max(4096).optional(),
        ExcludeCharacters: z.string().optional(),
        ExcludeNumbers: z.boolean().optional(),
        ExcludePunctuation: z.boolean().optional(),
        ExcludeUppercase: z.boolean().optional(),
        ExcludeLowercase: z.boolean().optional(),
        IncludeSpace: z.boolean().optional(),
        RequireEachIncludedType: z.boolean().optional(),
      }),
      (input, call) => {
        call.authorize({ action: "secretsmanager:GetRandomPassword", resource: "*" });
        return {
          RandomPassword: randomPassword({
            length: input.PasswordLength,
            excludeCharacters: input.ExcludeCharacters,
            excludeNumbers: input.ExcludeNumbers,
            excludePunctuation: input.ExcludePunctuation,
            excludeUppercase: input.ExcludeUppercase,
            excludeLowercase: input.ExcludeLowercase,
            includeSpace: input.IncludeSpace,
            requireEachIncludedType: input.RequireEachIncludedType,
          }),
        };
      },
    ),
  };
}

function lifeOperations(manager: SecretsManager, found: Access): Record<string, JsonOperation> {
  return {
    CreateSecret: jsonOperation(
      z.strictObject({ Name: z.string(), ...value, ...details, Tags: z.array(tag).default([]) }),
      ({ Name, ClientRequestToken, Description, KmsKeyId, Tags, ...input }, call) => {
        const requestTags = Tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value]);
        call.authorize({
          action: "secretsmanager:CreateSecret",
          resource: manager.arnStem(Name),
          conditions: { "secretsmanager:Name": Name, ...Object.fromEntries(requestTags) },
        });
        const given = secretValue(input);
        const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
        const arn = manager.arnStem(Name);
        if (given) {
          const use = {
            keyId: KmsKeyId,
            actions: encrypt,
            service: "secretsmanager",
            accountId: manager.account.accountId,
          };
          authorizeKeyUse(call, { ...use, encryptionContext: { SecretARN: arn } });
        }
        const secret = manager.create({
          ...{ name: Name, value: given, clientRequestToken: ClientRequestToken },
          ...{ description: Description, kmsKeyId: KmsKeyId, tags },
        });
        return { ARN: secret.arn, Name, VersionId: secret.versions()[0]?.id };
      },
    ),
    DeleteSecret: jsonOperation(
      z.strictObject({
        ...id,
        RecoveryWindowInDays: z.int().optional(),
        ForceDeleteWithoutRecovery: z.boolean().optional(),
      }),
      ({ SecretId, RecoveryWindowInDays: recoveryDays, ForceDeleteWithoutRecovery: force }, call) => {
        if (force && recoveryDays !== undefined) {
          throw new AwsError(
            "InvalidParameterException",
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
          );
        }
        // AWS: with force, also of a secret that is not there, so that a repeated call does no harm.
        if (force && manager.find(SecretId) === undefined) {
          const resource = SecretId.startsWith("arn:") ? SecretId : manager.arnStem(SecretId);
          call.authorize({ action: "secretsmanager:DeleteSecret", resource });
          return { ARN: resource, Name: SecretId, DeletionDate: seconds(manager.now()) };
        }
        const secret = found(call, "DeleteSecret", SecretId);
        const at = manager.delete(force ? secret : manager.secret(secret.arn), { recoveryDays, force });
        return { ARN: secret.arn, Name: secret.name, DeletionDate: seconds(at) };
      },
    ),
    RestoreSecret: jsonOperation(z.strictObject(id), ({ SecretId }, call) => {
      const secret = found(call, "RestoreSecret", SecretId);
      secret.deletion = undefined;
      return { ARN: secret.arn, Name: secret.name };
    }),
  };
}

function descriptionOperations(manager: SecretsManager, found: Access, live: Access): Record<string, JsonOperation> {
  return {
    UpdateSecret: jsonOperation(
      z.strictObject({ ...id, ...value, ...details }),
      ({ SecretId, ClientRequestToken, Description, KmsKeyId, ...input }, call) => {
        const secret = live(call, "UpdateSecret", SecretId);
        const given = secretValue(input);
        if (Description !== undefined) secret.description.description = Description;
        if (KmsKeyId !== undefined) secret.description.kmsKeyId = KmsKeyId;
        if (given) useKey(call, manager, secret, encrypt);
        secret.changedAt = manager.now();
        const version = given && manager.putValue(secret, given, { token: ClientRequestToken });
        return { ARN: secret.arn, Name: secret.name, VersionId: version?.id };
      },
    ),
    DescribeSecret: jsonOperation(z.strictObject(id), ({ SecretId }, call) => {
      const secret = found(call, "DescribeSecret", SecretId);
      const stages = secret.versions().map((version) => [version.id, [...version.stages]]);
      return { ...describe(secret), VersionIdsToStages: Object.fromEntries(stages) };
    }),
    ListSecretVersionIds: jsonOperation(z.strictObject(id), ({ SecretId }, call) => {
      const secret = found(call, "ListSecretVersionIds", SecretId);
      const versions = secret.versions().map((version) => ({
        ...{ VersionId: version.id, VersionStages: [...version.stages], CreatedDate: seconds(version.createdAt) },
      }));
      return { ARN: secret.arn, Name: secret.name, Versions: versions };
    }),
    ListSecrets: listSecrets(manager, describe),
    TagResource: jsonOperation(z.strictObject({ ...id, Tags: z.array(tag) }), ({ SecretId, Tags }, call) => {
      const { tags } = live(call, "TagResource", SecretId).description;
      for (const { Key, Value } of Tags) tags[Key] = Value;
      return {};
    }),
    UntagResource: jsonOperation(
      z.strictObject({ ...id, TagKeys: z.array(z.string()) }),
      ({ SecretId, TagKeys }, call) => {
        const { tags } = live(call, "UntagResource", SecretId).description;
        for (const key of TagKeys) delete tags[key];
        return {};
      },
    ),
  };
}

function policyOperations(live: Access): Record<string, JsonOperation> {
  return {
    PutResourcePolicy: jsonOperation(
      z.strictObject({ ...id, ResourcePolicy: z.string(), BlockPublicPolicy: z.boolean().optional() }),
      ({ SecretId, ResourcePolicy }, call) => {
        const secret = live(call, "PutResourcePolicy", SecretId);
        secret.description.policy = ResourcePolicy;
        return { ARN: secret.arn, Name: secret.name };
      },
    ),
    GetResourcePolicy: jsonOperation(z.strictObject(id), ({ SecretId }, call) => {
      const secret = live(call, "GetResourcePolicy", SecretId);
      return { ARN: secret.arn, Name: secret.name, ResourcePolicy: secret.description.policy };
    }),
    DeleteResourcePolicy: jsonOperation(z.strictObject(id), ({ SecretId }, call) => {
      const secret = live(call, "DeleteResourcePolicy", SecretId);
      secret.description.policy = undefined;
      return { ARN: secret.arn, Name: secret.name };
    }),
  };
}

function describe(secret: Secret): object {
  const { description, kmsKeyId, tags } = secret.description;
  return {
    ...{ ARN: secret.arn, Name: secret.name, Description: description, KmsKeyId: kmsKeyId, RotationEnabled: false },
    ...{ CreatedDate: seconds(secret.createdAt), LastChangedDate: seconds(secret.changedAt) },
    ...{ LastAccessedDate: seconds(secret.accessedAt), DeletedDate: seconds(secret.deletion?.requestedAt) },
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

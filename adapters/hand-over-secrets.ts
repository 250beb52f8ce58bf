import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  InvalidRequestException,
  PutSecretValueCommand,
  ResourceNotFoundException,
  RestoreSecretCommand,
  type SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";

/** What an operator hands over to a partner. */
export interface HandOver {
  username: string;
  password: string;
  passwordVersion: number;
  /** ISO 8601. */
  issuedAt: string;
}

/** One secret a password login, named `<prefix><username>`. They are written here and never read. */
export interface HandOverSecrets {
  /** The password version that is in force, as the secret's tag says; null where none is. */
  versionInForce(username: string): Promise<number | null>;
  /** Stores a password. Its version is not in force before {@link markInForce}. */
  write(handOver: HandOver): Promise<void>;
  markInForce(username: string, passwordVersion: number): Promise<void>;
  /** Deletes it, at once or so that it can be restored for some days; nothing happens where there is none. */
  remove(username: string): Promise<void>;
}

const versionTag = "passwordVersion";

export interface HandOverOptions {
  prefix: string;
  keyArn: string;
  /** How long a removed secret can be restored: 7 to 30, or 0, which removes it for good. */
  recoveryDays: number;
}

export function handOverSecrets(
  secretsManager: Pick<SecretsManagerClient, "send">,
  { prefix, keyArn, recoveryDays }: HandOverOptions,
): HandOverSecrets {
  const secretId = (username: string) => `${prefix}${username}`;
  const mark = async (username: string, passwordVersion: number) => {
    const Tags = [{ Key: versionTag, Value: String(passwordVersion) }];
    await secretsManager.send(new TagResourceCommand({ SecretId: secretId(username), Tags }));
  };
  return {
    async versionInForce(username) {
      try {
        const secret = await secretsManager.send(new DescribeSecretCommand({ SecretId: secretId(username) }));
        const version = secret.Tags?.find(({ Key }) => Key === versionTag)?.Value;
        return version === undefined || secret.DeletedDate !== undefined ? null : Number(version);
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return null;
        throw error;
      }
    },

    async write(handOver) {
      const SecretId = secretId(handOver.username);
      const SecretString = JSON.stringify(handOver);
      try {
        await secretsManager.send(new PutSecretValueCommand({ SecretId, SecretString }));
      } catch (error) {
        if (error instanceof ResourceNotFoundException) {
          const Description = "An SFTP login, to be handed over to its partner. Issued by Quayside.";
          await secretsManager.send(
            new CreateSecretCommand({ Name: SecretId, Description, KmsKeyId: keyArn, SecretString }),
          );
        } else if (isScheduledForDeletion(error)) {
          await secretsManager.send(new RestoreSecretCommand({ SecretId }));
          // Its key may have gone with the stack that it was of, and Secrets Manager keeps to the key that it knows.
          await secretsManager.send(new UpdateSecretCommand({ SecretId, KmsKeyId: keyArn, SecretString }));
        } else throw error;
      }
    },

    markInForce: mark,

    async remove(username) {
      const SecretId = secretId(username);
      if (recoveryDays === 0) {
        // Without recovery, it is no error where there is none.
        await secretsManager.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
        return;
      }
      try {
        // A secret that is restored one day must not claim that its password is in force.
        await mark(username, 0);
        await secretsManager.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: recoveryDays }));
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException) && !isScheduledForDeletion(error)) throw error;
      }
    },
  };
}

/** Secrets Manager has no error of its own for it, only this message. */
function isScheduledForDeletion(error: unknown): boolean {
  return error instanceof InvalidRequestException && /deletion|deleted/i.test(error.message);
}

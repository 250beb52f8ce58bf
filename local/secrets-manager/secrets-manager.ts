import { randomInt, randomUUID } from "node:crypto";
import type { AwsAccount } from "../aws-endpoint/account";
import { AwsError } from "../aws-endpoint/aws-error";
import { answerJson } from "../aws-endpoint/json-protocol";
import type { AwsCall, AwsService } from "../aws-endpoint/service";
import { type Clock, systemClock } from "../clock";
import { secretOperations } from "./operations";
import { Secret, type SecretDescription, type SecretValue, type SecretVersion } from "./secret";

export interface SecretsManagerOptions {
  account: AwsAccount;
  clock?: Pick<Clock, "now">;
}

export interface NewSecret extends Partial<SecretDescription> {
  name: string;
  /** Without one the secret is there and has no value: an operator fills it. */
  value?: SecretValue;
  /** Makes a repeated creation harmless, and becomes the version's id. */
  clientRequestToken?: string;
}

const day = 86_400_000;
const suffixLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** AWS Secrets Manager. Secrets are in memory, found by name, full ARN, or ARN without its six random letters. */
export class SecretsManager implements AwsService {
  readonly scope = "secretsmanager";
  readonly account: AwsAccount;
  readonly #clock: Pick<Clock, "now">;
  readonly #secrets = new Map<string, Secret>();
  readonly #operations = secretOperations(this);

  constructor({ account, clock = systemClock }: SecretsManagerOptions) {
    this.account = account;
    this.#clock = clock;
  }

  handle(call: AwsCall): Promise<void> {
    return answerJson(call, this.#operations);
  }

  now(): Date {
    return this.#clock.now();
  }

  /** The ARN of a secret of that name but for its six random letters. */
  arnStem(name: string): string {
    return `arn:aws:secretsmanager:${this.account.region}:${this.account.accountId}:secret:${name}`;
  }

  /** Throws ResourceExistsException, or InvalidRequestException while one of that name waits for its deletion. */
  create({ name, value, clientRequestToken: token, ...description }: NewSecret): Secret {
    if (!/^[\w/+=.@!-]{1,512}$/.test(name)) {
      throw new AwsError(
        "ValidationException",
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
      );
    }
    const existing = this.find(name);
    if (existing) return refuseExisting(existing, value, token);
    const suffix = Array.from({ length: 6 }, () => suffixLetters[randomInt(suffixLetters.length)]).join("");
    const secret = new Secret(`${this.arnStem(name)}-${suffix}`, name, { tags: {}, ...description }, this.now());
    this.#secrets.set(secret.name, secret);
    if (value) this.putValue(secret, value, { token });
    return secret;
  }

  /** The secret, one marked for deletion included. */
  find(id: string): Secret | undefined {
    this.#sweep();
    return (
      this.#secrets.get(id) ?? [...this.#secrets.values()].find(({ arn }) => arn === id || arn.slice(0, -7) === id)
    );
  }

  /** Throws ResourceNotFoundException, and InvalidRequestException for a secret marked for deletion. */
  secret(id: string): Secret {
    const secret = this.find(id);
    if (!secret) {
      throw new AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    }
    if (secret.deletion) {
      throw new AwsError(
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
      );
    }
    return secret;
  }

  secrets(): Secret[] {
    this.#sweep();
    return [...this.#secrets.values()];
  }

  /** A secret's current value; throws as GetSecretValue does. */
  value(id: string, wanted: { id?: string; stage?: string } = {}): SecretVersion {
    const secret = this.secret(id);
    const version = secret.version(wanted);
    secret.accessedAt = this.now();
    return version;
  }

  putValue(
    secret: Secret,
    value: SecretValue,
    { token, stages }: { token?: string; stages?: string[] } = {},
  ): SecretVersion {
    return secret.put(value, { id: token ?? randomUUID(), stages, at: this.now() });
  }

  /** Marks a secret for deletion, or with `force` deletes it at once. Returns when it goes. */
  delete(secret: Secret, { recoveryDays = 30, force = false }: { recoveryDays?: number; force?: boolean } = {}): Date {
    const now = this.now();
    if (force) {
      this.#secrets.delete(secret.name);
      return now;
    }
    if (recoveryDays < 7 || recoveryDays > 30) {
      throw new AwsError(
        "InvalidParameterException",
        "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
      );
    }
    secret.deletion = { requestedAt: now, at: new Date(now.getTime() + recoveryDays * day) };
    return secret.deletion.at;
  }

  /** Secrets whose recovery window is over are gone for whoever looks. */
  #sweep(): void {
    for (const { name, deletion } of this.#secrets.values()) {
      if (deletion && deletion.at <= this.now()) this.#secrets.delete(name);
    }
  }
}

/** The same creation again is no error; anything else of that name is. */
function refuseExisting(existing: Secret, value: SecretValue | undefined, token: string | undefined): Secret {
  if (existing.deletion) {
    throw new AwsError(
      "InvalidRequestException",
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  const version = existing.versions().find(({ id }) => id === token);
  if (version && version.string === value?.string && version.binary === value?.binary) return existing;
  throw new AwsError(
    "ResourceExistsException",
    `The operation failed because the secret ${existing.name} already exists.`,
  );
}

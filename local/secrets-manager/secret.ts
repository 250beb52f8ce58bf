import { AwsError } from "../aws-endpoint/aws-error";

/** A secret's value: text, or bytes in base64 as the API carries them. */
export interface SecretValue {
  string?: string;
  binary?: string;
}

export interface SecretVersion extends SecretValue {
  id: string;
  /** Staging labels: AWSCURRENT, AWSPREVIOUS, or the user's own. */
  stages: Set<string>;
  createdAt: Date;
}

export interface SecretDescription {
  description?: string;
  kmsKeyId?: string;
  tags: Record<string, string>;
  /** Resource policy, JSON text. */
  policy?: string;
}

const current = "AWSCURRENT";
const previous = "AWSPREVIOUS";

/** One secret with its versions. A label is on one version at a time; AWSPREVIOUS follows AWSCURRENT. */
export class Secret {
  readonly #versions = new Map<string, SecretVersion>();
  changedAt: Date;
  accessedAt?: Date;
  /** When it was marked for deletion, and when it goes. */
  deletion?: { requestedAt: Date; at: Date };

  constructor(
    readonly arn: string,
    readonly name: string,
    readonly description: SecretDescription,
    readonly createdAt: Date,
  ) {
    this.changedAt = createdAt;
  }

  /** Versions with a label; those without are deprecated and AWS removes them in its own time. */
  versions(): SecretVersion[] {
    return [...this.#versions.values()].filter(({ stages }) => stages.size > 0);
  }

  /** Throws ResourceNotFoundException where there is no such version, in AWS's words. */
  version({ id, stage }: { id?: string; stage?: string }): SecretVersion {
    const wanted = stage ?? (id === undefined ? current : undefined);
    const found = this.versions().find(
      (version) => (id === undefined || version.id === id) && (wanted === undefined || version.stages.has(wanted)),
    );
    if (found) return found;
    const asked = id === undefined ? `staging label: ${wanted}` : `VersionId: ${id}`;
    throw new AwsError(
      "ResourceNotFoundException",
      `Secrets Manager can't find the specified secret value for ${asked}`,
    );
  }

  /**
   * Adds a version under the labels. The same id with the same value changes nothing, so that a repeated call is
   * harmless; with another value it is refused.
   */
  put(value: SecretValue, { id, stages = [current], at }: { id: string; stages?: string[]; at: Date }): SecretVersion {
    const existing = this.#versions.get(id);
    if (existing) {
      if (existing.string === value.string && existing.binary === value.binary) return existing;
      throw new AwsError(
        "ResourceExistsException",
        `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${this.arn}.`,
      );
    }
    const version: SecretVersion = { ...value, id, stages: new Set(), createdAt: at };
    this.#versions.set(id, version);
    // A first version is the current one, whatever labels it was given.
    const labels = this.versions().some((other) => other.stages.has(current)) ? stages : [current, ...stages];
    for (const label of labels) this.moveStage(label, version.id);
    this.changedAt = at;
    return version;
  }

  /** Moves a label to a version, or takes it away where there is none to move it to. */
  moveStage(stage: string, toVersionId: string | undefined): void {
    const from = this.versions().find(({ stages }) => stages.has(stage));
    const to = toVersionId === undefined ? undefined : this.#versions.get(toVersionId);
    if (toVersionId !== undefined && !to) this.version({ id: toVersionId });
    if (stage === current && !to) {
      throw new AwsError(
        "InvalidParameterException",
        "You can only move staging label AWSCURRENT to a different version.",
      );
    }
    if (from === to) return;
    from?.stages.delete(stage);
    to?.stages.add(stage);
    if (stage === current && from) this.moveStage(previous, from.id);
  }
}

import * as aws from "@pulumi/aws";
import { ComponentResource, type Input, type Output, output, type Resource } from "@pulumi/pulumi";
import { sortedJson } from "../domain/entitlements";
import type { PartnerAccess as Decided } from "../domain/partner-access";
import { type InternalLogins, internalLogin } from "./internal-login";
import { pushSecretPrefix } from "./jobs";
import type { Stack } from "./stack";

/** What every partner's resources refer to; the same for all. */
export interface PartnerPlatform {
  userPoolId: Input<string>;
  keyArn: Input<string>;
  notificationTopicArn: Input<string>;
  /** The reconcile function's name. */
  reconcile: Input<string>;
  /** The ledger's schema has to be there before the first partner, and outlive the last. */
  migrations: Resource;
  /** Undefined where the stack has no internal endpoint. */
  internalLogins: InternalLogins | undefined;
}

/**
 * One partner, as decided by its files. Pulumi's cost grows with each resource, so there are few: what can be a row of
 * the ledger is one, written by the one invocation. All are named by the partner's first id, so that a rename replaces
 * none of them.
 */
export class PartnerAccess extends ComponentResource {
  constructor(stack: Stack, platform: PartnerPlatform, decided: Decided) {
    super("quayside:PartnerAccess", decided.originalId);
    const { partner, originalId } = decided;
    const parent = { parent: this };
    const user = this.passwordUser(platform, decided);
    const reconciled = new aws.lambda.Invocation(
      originalId,
      {
        functionName: platform.reconcile,
        // Also when it changes and when it goes.
        lifecycleScope: "CRUD",
        input: reconcileInput(platform, decided, this.pushSecrets(stack, platform, decided)),
      },
      { ...parent, dependsOn: [platform.migrations, ...(user ? [user] : [])], additionalSecretOutputs: ["result"] },
    );
    this.internalLogin(platform, decided, reconciled);
    for (const { email, events } of decided.notifications) {
      new aws.sns.TopicSubscription(
        `${originalId}/${email}`,
        {
          topic: platform.notificationTopicArn,
          protocol: "email",
          endpoint: email,
          filterPolicyScope: "MessageAttributes",
          filterPolicy: sortedJson({ partner: [partner], event: events }),
        },
        parent,
      );
    }
    this.registerOutputs({});
  }

  /** Who stands behind a password. It is issued by the reconcile function, so that none is ever in the state. */
  private passwordUser(
    { userPoolId }: PartnerPlatform,
    { originalId, username, hasPassword }: Decided,
  ): aws.cognito.User | undefined {
    if (!hasPassword || username === null) return undefined;
    return new aws.cognito.User(originalId, { userPoolId, username, messageAction: "SUPPRESS" }, { parent: this });
  }

  /**
   * Where it logs in on the internal endpoint, all that it may do is this user and its keys. So reconcile comes first:
   * it refuses an id under which somebody else's files are.
   */
  private internalLogin(
    { internalLogins }: PartnerPlatform,
    decided: Decided,
    reconciled: aws.lambda.Invocation,
  ): void {
    const { login } = decided.entitlements;
    if (!internalLogins || login?.endpoint !== "internal") return;
    internalLogin(internalLogins, decided, login, { parent: this, dependsOn: [reconciled] });
  }

  /** Empty secrets that an operator fills, by destination. */
  private pushSecrets(stack: Stack, platform: PartnerPlatform, { originalId, name, pushSecrets }: Decided) {
    return Object.fromEntries(
      pushSecrets.map(({ destination }) => {
        const secret = new aws.secretsmanager.Secret(
          `${originalId}/${destination}`,
          {
            name: `${pushSecretPrefix(stack)}${originalId}/${destination}`,
            description: `Credentials for pushes to ${destination} of ${name}`,
            kmsKeyId: platform.keyArn,
            recoveryWindowInDays: stack.config.secretRecoveryDays,
          },
          { parent: this },
        );
        // Its name is known in a preview, its ARN is not: with that, a reviewer could not see the input of a new partner.
        return [destination, secret.name];
      }),
    );
  }
}

/**
 * Sorted, so that a preview shows what changed and nothing else. With another function the invocation is replaced:
 * Pulumi creates the new one and then deletes the old, and `appliedBy` lets reconcile tell that delete from a partner's
 * end.
 */
function reconcileInput(
  { reconcile }: PartnerPlatform,
  { entitlements }: Decided,
  destinationSecrets: Record<string, Output<string>>,
): Output<string> {
  return output([output(reconcile), output(destinationSecrets)] as const).apply(([appliedBy, secrets]) =>
    sortedJson({ appliedBy, entitlements, destinationSecrets: secrets }),
  );
}

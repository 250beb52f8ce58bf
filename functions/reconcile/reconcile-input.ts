import { type Entitlements, originalIdOf } from "../../domain/entitlements";

/** What the program asks for: the input of its `lambda.Invocation` with `lifecycleScope: "CRUD"`. */
export interface ReconcileInput {
  /** The function's name. */
  appliedBy: string;
  entitlements: Entitlements;
  /** Name of each destination's secret in Secrets Manager, by the destination's name. */
  destinationSecrets: Record<string, string>;
  /** Added by the provider: facts of the resource's life. */
  tf: { action: "create" | "update" | "delete"; prev_input: Omit<ReconcileInput, "tf"> | null };
}

/**
 * The resource of the program that an input is of, whatever else is in it. A partner has one from its first deployment
 * to its end, also through renames; only with another function Pulumi replaces it, by creating the new one and then
 * deleting the old.
 */
export function sourceOf({ appliedBy, entitlements }: Pick<ReconcileInput, "appliedBy" | "entitlements">): string {
  return `${appliedBy}/${originalIdOf(entitlements)}`;
}

/** Checks the shape as far as a wrong caller would break it; the entitlements were checked when they were compiled. */
export function reconcileInput(event: unknown): ReconcileInput {
  const { appliedBy, entitlements, destinationSecrets, tf } = (event ?? {}) as Partial<ReconcileInput>;
  const isWhole = typeof appliedBy === "string" && typeof entitlements?.partner === "string";
  if (!isWhole || typeof destinationSecrets !== "object") {
    throw new Error("the input is not {appliedBy, entitlements, destinationSecrets, tf}");
  }
  if (tf?.action !== "create" && tf?.action !== "update" && tf?.action !== "delete") {
    throw new Error(`tf.action is ${JSON.stringify(tf?.action)}; give the invocation lifecycleScope "CRUD"`);
  }
  return event as ReconcileInput;
}

import { createHash } from "node:crypto";
import { type Entitlements, sortedJson } from "../../domain/entitlements";

/** What the program asks for: the input of its `lambda.Invocation` with `lifecycleScope: "CRUD"`. */
export interface ReconcileInput {
  entitlements: Entitlements;
  /** Name of each destination's secret in Secrets Manager, by the destination's name. */
  destinationSecrets: Record<string, string>;
  /** Added by the provider: facts of the resource's life. */
  tf: { action: "create" | "update" | "delete"; prev_input: Omit<ReconcileInput, "tf"> | null };
}

/**
 * SHA-256 (hex) of everything the program put into the input, whatever its keys: what the provider added is left out.
 * Two resources of one partner (a replacement creates the new one, then deletes the old) differ in it as long as
 * what made the one replace the other is part of the input.
 */
export function inputHash({ tf: _, ...input }: ReconcileInput): string {
  return createHash("sha256").update(sortedJson(input)).digest("hex");
}

/** Checks the shape as far as a wrong caller would break it; the entitlements were checked when they were compiled. */
export function reconcileInput(event: unknown): ReconcileInput {
  const { entitlements, destinationSecrets, tf } = (event ?? {}) as Partial<ReconcileInput>;
  if (typeof entitlements?.partner !== "string" || typeof destinationSecrets !== "object") {
    throw new Error("the input is not {entitlements, destinationSecrets, tf}");
  }
  if (tf?.action !== "create" && tf?.action !== "update" && tf?.action !== "delete") {
    throw new Error(`tf.action is ${JSON.stringify(tf?.action)}; give the invocation lifecycleScope "CRUD"`);
  }
  return event as ReconcileInput;
}

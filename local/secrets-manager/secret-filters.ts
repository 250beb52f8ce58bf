import * as z from "zod";
import { AwsError } from "../aws-endpoint/aws-error";
import { type JsonOperation, jsonOperation } from "../aws-endpoint/json-protocol";
import type { Secret } from "./secret";
import type { SecretsManager } from "./secrets-manager";

const input = z.strictObject({
  Filters: z
    .array(
      z.strictObject({
        Key: z.enum(
          ["name", "description", "tag-key", "tag-value"],
          "the local stand-in filters by name, description and tags",
        ),
        Values: z.array(z.string()).min(1).max(10),
      }),
    )
    .default([]),
  IncludePlannedDeletion: z.boolean().default(false),
  MaxResults: z.int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
  SortOrder: z.enum(["asc", "desc"]).default("desc"),
});

type Filter = z.infer<typeof input>["Filters"][number];

/** ListSecrets, newest first where nothing is said; the token is the position of the next page. */
export function listSecrets(
  manager: Pick<SecretsManager, "secrets">,
  describe: (secret: Secret) => object,
): JsonOperation {
  return jsonOperation(input, ({ Filters, IncludePlannedDeletion, MaxResults, NextToken, SortOrder }, call) => {
    call.authorize({ action: "secretsmanager:ListSecrets", resource: "*" });
    const found = manager
      .secrets()
      .filter((secret) => IncludePlannedDeletion || !secret.deletion)
      .filter((secret) => Filters.every((filter) => passes(secret, filter)));
    if (SortOrder === "desc") found.reverse();
    const start = readToken(NextToken, found.length);
    const end = start + MaxResults;
    const SecretList = found.slice(start, end).map(describe);
    return { SecretList, NextToken: end < found.length ? String(end) : undefined };
  });
}

function readToken(token: string | undefined, length: number): number {
  const position = Number(token ?? 0);
  if (Number.isInteger(position) && position >= 0 && position <= length) return position;
  throw new AwsError("InvalidNextTokenException", "The NextToken value is invalid.");
}

/** One value suffices; a value that begins with `!` must not match. Names, tag keys and values match by prefix. */
function passes({ name, description }: Secret, { Key, Values }: Filter): boolean {
  const texts = {
    name: [name],
    description: (description.description ?? "").toLowerCase().split(/\W+/),
    "tag-key": Object.keys(description.tags),
    "tag-value": Object.values(description.tags),
  }[Key];
  const begins = (wanted: string) => {
    const prefix = Key === "description" ? wanted.toLowerCase() : wanted;
    return texts.some((text) => text.startsWith(prefix));
  };
  return Values.some((wanted) => (wanted.startsWith("!") ? !begins(wanted.slice(1)) : begins(wanted)));
}

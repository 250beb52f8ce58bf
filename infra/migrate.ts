import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import * as aws from "@pulumi/aws";
import { jsonStringify } from "@pulumi/pulumi";
import { type Database, databaseOwner } from "./database";
import { useKey } from "./encryption";
import { allow } from "./policy-document";
import { builtFolder, type Platform, QuaysideFunction } from "./quayside-function";
import type { Stack } from "./stack";

/** The ledger's schema, brought up to date by a function in the VPC whenever a migration is added. */
export function migrate(stack: Stack, platform: Platform, database: Database): aws.lambda.Invocation {
  const { function: runs } = new QuaysideFunction(stack, platform, "migrate", {
    description: "Brings the ledger's schema up to date",
    timeout: 300,
    memorySize: 512,
    environment: { ...database.environment, MASTER_SECRET_ARN: database.masterSecretArn },
    statements: [
      allow("secretsmanager:GetSecretValue", database.masterSecretArn),
      // The password works on a new database only: who makes roles that log in with tokens becomes one of them.
      allow("rds-db:connect", database.userArn(databaseOwner)),
      useKey(stack, platform.keys.data.arn, "secretsmanager", ["kms:Decrypt"]),
    ],
  });
  // Runs again when its input changes; there is nothing to undo when it goes.
  return new aws.lambda.Invocation(
    "migrations",
    { functionName: runs.name, input: jsonStringify({ migrations: hashOfMigrations(stack) }) },
    { dependsOn: [runs, ...database.instances] },
  );
}

/** Of the files that are deployed with the function, by name and content. */
function hashOfMigrations(stack: Stack): string {
  const folder = `${builtFolder(stack, "migrate")}/migrations`;
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  if (names.length === 0) throw new Error(`${folder} holds no migrations; run "npm run build" first`);
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name}\0${readFileSync(`${folder}/${name}`, "utf8")}\0`);
  return hash.digest("hex");
}

import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { required } from "../../adapters/environment";
import { createFolderMarker } from "../../adapters/folder-markers";
import { handOverSecrets } from "../../adapters/hand-over-secrets";
import { connectLedger } from "../../adapters/ledger";
import { log } from "../../adapters/log";
import { passwordUsers } from "../../adapters/password-users";
import { type ReconcileResult, reconcile } from "./reconcile";
import { reconcileInput } from "./reconcile-input";

const dependencies = {
  // Renaming a partner changes everything that it ever sent or received.
  ledger: connectLedger({ answerMilliseconds: null }),
  createFolderMarker: createFolderMarker(new S3Client(), required("BUCKET")),
  passwordUsers: passwordUsers(new CognitoIdentityProviderClient(), required("USER_POOL_ID")),
  handOverSecrets: handOverSecrets(new SecretsManagerClient(), {
    prefix: required("LOGIN_SECRET_PREFIX"),
    keyArn: required("KEY_ARN"),
    recoveryDays: Number(required("SECRET_RECOVERY_DAYS")),
  }),
  clock: () => new Date(),
  log,
};

export async function handler(event: unknown): Promise<ReconcileResult> {
  return reconcile(reconcileInput(event), dependencies);
}

import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { required } from "../../adapters/environment";
import { ignoredNames } from "../../adapters/ignored-names";
import { connectLedger } from "../../adapters/ledger";
import { log } from "../../adapters/log";
import { checkPassword } from "../../adapters/password-check";
import { findLogin } from "../../domain/ledger/entitlements/find-login";
import { authorize } from "./authorize";
import { loginRequest } from "./login-request";

const ledger = connectLedger();
const dependencies = {
  findLogin: (username: string) => findLogin(ledger, username),
  checkPassword: checkPassword(new CognitoIdentityProviderClient(), {
    userPoolId: required("USER_POOL_ID"),
    clientId: required("USER_POOL_CLIENT_ID"),
  }),
  roleArn: required("TRANSFER_ROLE_ARN"),
  bucket: required("BUCKET"),
  keyArn: required("KEY_ARN"),
  temporaryNames: ignoredNames(),
  log,
};

/** Transfer Family's identity provider. Always HTTP 200; an empty object denies. */
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const request = loginRequest(event);
  const answer = request === null ? {} : await authorize(request, dependencies);
  return { statusCode: 200, headers: { "Content-Type": "application/json" }, body: JSON.stringify(answer) };
}

import {
  type CognitoIdentityProviderClient,
  NotAuthorizedException,
  PasswordResetRequiredException,
  TooManyRequestsException,
  UserNotFoundException,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import { checkPassword } from "./password-check";

describe("checkPassword", () => {
  const check = (answer: object | Error) => {
    const inputs: unknown[] = [];
    const send = async ({ input }: { input: unknown }) => {
      inputs.push(input);
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const cognito = { send } as unknown as Pick<CognitoIdentityProviderClient, "send">;
    const verdict = checkPassword(cognito, { userPoolId: "pool", clientId: "client" })("acme", "secret");
    return { inputs, verdict };
  };
  const error = { message: "no", $metadata: {} };

  it("asks for the user with the password, and is right where there are tokens", async () => {
    const { inputs, verdict } = check({ AuthenticationResult: { AccessToken: "token" } });
    expect(await verdict).to.equal("right");
    expect(inputs).to.deep.equal([
      {
        UserPoolId: "pool",
        ClientId: "client",
        AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: "acme", PASSWORD: "secret" },
      },
    ]);
  });

  it("takes any challenge, and an answer without tokens, for one that cannot be met", async () => {
    for (const answer of [
      { ChallengeName: "NEW_PASSWORD_REQUIRED", Session: "s" },
      { ChallengeName: "SMS_MFA", AuthenticationResult: { AccessToken: "token" } },
      {},
    ]) {
      expect(await check(answer).verdict).to.equal("challenged");
    }
  });

  for (const refusal of [
    new NotAuthorizedException(error),
    new UserNotFoundException(error),
    new PasswordResetRequiredException(error),
  ]) {
    it(`is wrong where Cognito says ${refusal.name}`, async () => {
      expect(await check(refusal).verdict).to.equal("wrong");
    });
  }

  it("rejects where Cognito cannot tell", async () => {
    const failure = await check(new TooManyRequestsException(error)).verdict.catch((caught: Error) => caught);
    expect(failure).to.be.instanceOf(TooManyRequestsException);
  });
});

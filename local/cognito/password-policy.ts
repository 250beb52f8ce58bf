import { AwsError } from "../aws-endpoint/aws-error";

/** What a user pool asks of passwords; the defaults are Cognito's own. */
export interface PasswordPolicy {
  minimumLength: number;
  requireLowercase: boolean;
  requireUppercase: boolean;
  requireNumbers: boolean;
  requireSymbols: boolean;
}

/** Cognito's symbols. Source: Cognito Developer Guide, "Adding user pool password requirements". */
const symbol = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/;

/** @throws AwsError InvalidPasswordException in Cognito's words */
export function checkPassword(password: string, policy: PasswordPolicy): void {
  const fault = firstFault(password, policy);
  if (fault) throw new AwsError("InvalidPasswordException", `Password did not conform with policy: ${fault}`);
}

function firstFault(password: string, policy: PasswordPolicy): string | undefined {
  if (password.length < policy.minimumLength) return "Password not long enough";
  if (password.length > 256) return "Password too long";
  if (policy.requireLowercase && !/[a-z]/.test(password)) return "Password must have lowercase characters";
  if (policy.requireUppercase && !/[A-Z]/.test(password)) return "Password must have uppercase characters";
  if (policy.requireNumbers && !/[0-9]/.test(password)) return "Password must have numeric characters";
  if (policy.requireSymbols && !symbol.test(password)) return "Password must have symbol characters";
  return undefined;
}

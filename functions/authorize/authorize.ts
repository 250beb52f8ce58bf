import { randomBytes } from "node:crypto";
import type { log } from "../../adapters/log";
import type { CheckPassword } from "../../adapters/password-check";
import type { PartnerLogin } from "../../domain/ledger/entitlements/find-login";
import { loginAccess } from "../../domain/login-access";
import { addressIsIn } from "../../domain/source-address";
import type { LoginRequest } from "./login-request";

/** Transfer Family's form: https://docs.aws.amazon.com/transfer/latest/userguide/custom-lambda-idp.html */
export interface Session {
  Role: string;
  /** Session policy, JSON text. */
  Policy: string;
  HomeDirectoryType: "LOGICAL";
  /** Logical directories, JSON text. */
  HomeDirectoryDetails: string;
  /** Only in the answer to a login with a key; Transfer Family checks them. */
  PublicKeys?: string[];
}

/** The session, or nothing at all: denied. */
export type LoginAnswer = Session | Record<string, never>;

export interface AuthorizeDependencies {
  findLogin: (username: string) => Promise<PartnerLogin | null>;
  checkPassword: CheckPassword;
  roleArn: string;
  bucket: string;
  keyArn: string;
  /** Globs of the names under which clients upload before they rename: the stack's, as the router knows them. */
  temporaryNames: readonly string[];
  log: typeof log;
}

const denied: LoginAnswer = {};

/**
 * Answers whether a user may in, and what it may do then. Never rejects: an outage is logged as an error and denied.
 *
 * A wrong password, an unknown user and a refused address look alike and take about the same time, because each
 * attempt costs one look-up and one question to Cognito. Where the answer is no already, that question is about a user
 * who cannot exist, with a password that nobody chose: so neither does the attempt count against the real user (who
 * could otherwise be locked out from an address that may not even try), nor does the password leave this function.
 */
export async function authorize(request: LoginRequest, dependencies: AuthorizeDependencies): Promise<LoginAnswer> {
  const { username, protocol, sourceAddress, password } = request;
  const method = password === null ? "key" : "password";
  const about = { username, protocol, sourceAddress, method };
  try {
    const login = await findLogin(username, dependencies);
    const { session, why } =
      password === null
        ? answerKey(login, request, dependencies)
        : await answerPassword(login, request, password, dependencies);
    dependencies.log("info", session === denied ? "login denied" : "login answered", {
      ...about,
      partner: login?.partner,
      why,
    });
    return session;
  } catch (error) {
    dependencies.log("error", "login could not be checked", { ...about, error });
    return denied;
  }
}

/** A connection that broke while the function was frozen fails at its first use, so there is a second. */
async function findLogin(username: string, { findLogin }: AuthorizeDependencies): Promise<PartnerLogin | null> {
  return findLogin(username).catch(() => findLogin(username));
}

interface Answer {
  session: LoginAnswer;
  /** Why it was denied, for the log. */
  why?: string;
}

async function answerPassword(
  login: PartnerLogin | null,
  request: LoginRequest,
  password: string,
  dependencies: AuthorizeDependencies,
): Promise<Answer> {
  const refusal = refusalOf(login, request) ?? (login?.hasPassword ? null : "the login has no password");
  const verdict =
    refusal === null
      ? await dependencies.checkPassword(request.username, password)
      : await dependencies.checkPassword(`nobody-${randomBytes(16).toString("hex")}`, randomBytes(24).toString("hex"));
  if (login === null || refusal !== null) return { session: denied, why: refusal ?? "no such login" };
  if (verdict === "challenged") return { session: denied, why: "Cognito asks for more than a password" };
  if (verdict === "wrong") return { session: denied, why: "wrong password" };
  return { session: sessionFor(login, dependencies) };
}

function answerKey(login: PartnerLogin | null, request: LoginRequest, dependencies: AuthorizeDependencies): Answer {
  const refusal = refusalOf(login, request);
  if (login === null || refusal !== null) return { session: denied, why: refusal ?? "no such login" };
  if (request.protocol !== "SFTP") return { session: denied, why: "keys are for SFTP only" };
  // Usual: a client offers a key before it sends its password.
  if (login.publicKeys.length === 0) return { session: denied, why: "the login has no keys" };
  return { session: { ...sessionFor(login, dependencies), PublicKeys: login.publicKeys } };
}

function refusalOf(login: PartnerLogin | null, { sourceAddress }: LoginRequest): string | null {
  if (login === null) return "no such login";
  if (login.folders.length === 0) return "the login has no folders";
  return addressIsIn(sourceAddress, login.sourceAddresses) ? null : "the address is not one of the login's";
}

function sessionFor({ folders }: PartnerLogin, dependencies: AuthorizeDependencies): Session {
  const { policy, homeDirectoryMappings } = loginAccess({ ...dependencies, folders });
  return {
    Role: dependencies.roleArn,
    Policy: policy,
    HomeDirectoryType: "LOGICAL",
    HomeDirectoryDetails: JSON.stringify(
      homeDirectoryMappings.map(({ entry, target }) => ({ Entry: entry, Target: target })),
    ),
  };
}

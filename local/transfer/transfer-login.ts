import { utils } from "ssh2";
import type {
  LoggedIn,
  LoginAttempt,
  LoginMethod,
  LoginVerdict,
  OfferedKey,
  SftpLogin,
  SftpPeer,
} from "../sftp/sftp-login";
import type { ActivityLog } from "./activity-log";
import { type Identity, type IdentityProvider, IdentityProviderError, isUsername } from "./identity-provider";

export type SftpAuthenticationMethods =
  | "PASSWORD"
  | "PUBLIC_KEY"
  | "PUBLIC_KEY_OR_PASSWORD"
  | "PUBLIC_KEY_AND_PASSWORD";

export interface TransferLoginOptions {
  peer: SftpPeer;
  identityProvider: IdentityProvider;
  authenticationMethods: SftpAuthenticationMethods;
  log: ActivityLog;
  /** Opens the session of somebody who may. Throws an IdentityProviderError where the identity cannot be used. */
  openSession(username: string, identity: Identity, key: OfferedKey | undefined): LoggedIn;
}

const refused: LoginVerdict = { kind: "refused" };

const methodsOf: Record<Exclude<SftpAuthenticationMethods, "PUBLIC_KEY_AND_PASSWORD">, LoginMethod[]> = {
  PASSWORD: ["password"],
  PUBLIC_KEY: ["publickey"],
  PUBLIC_KEY_OR_PASSWORD: ["publickey", "password"],
};

/**
 * One connection's attempts to log in. Each asks the identity provider; with `PUBLIC_KEY_AND_PASSWORD` the key comes
 * first, and the two are two independent calls of which the second counts.
 */
export class TransferLogin implements SftpLogin {
  readonly #options: TransferLoginOptions;
  /** The answer to a key that was offered, for the signature that follows: one attempt, one call. */
  #offered: { username: string; key: OfferedKey; identity: Identity } | undefined;
  #keyOf: { username: string; key: OfferedKey } | undefined;

  constructor(options: TransferLoginOptions) {
    this.#options = options;
  }

  get methods(): readonly LoginMethod[] {
    const { authenticationMethods } = this.#options;
    if (authenticationMethods !== "PUBLIC_KEY_AND_PASSWORD") return methodsOf[authenticationMethods];
    return this.#keyOf === undefined ? ["publickey"] : ["password"];
  }

  async knowsKey(username: string, key: OfferedKey): Promise<boolean> {
    // Clients offer a key before they turn to the password: not being known is no failure yet, and not logged.
    const identity = await this.#identify({ method: "publickey", username, key }, { isProbe: true });
    this.#offered = identity && { username, key, identity };
    return identity !== undefined;
  }

  async attempt(attempt: LoginAttempt): Promise<LoginVerdict> {
    const { username } = attempt;
    const identity = this.#takeOffered(attempt) ?? (await this.#identify(attempt));
    if (identity === undefined) return refused;
    if (this.#options.authenticationMethods === "PUBLIC_KEY_AND_PASSWORD" && attempt.method === "publickey") {
      this.#keyOf = { username, key: attempt.key };
      return { kind: "continue", methods: ["password"] };
    }
    if (this.#keyOf !== undefined && this.#keyOf.username !== username) return refused;
    try {
      const key = attempt.method === "publickey" ? attempt.key : this.#keyOf?.key;
      return { kind: "accepted", session: this.#options.openSession(username, identity, key) };
    } catch (error) {
      if (!(error instanceof IdentityProviderError)) throw error;
      this.#failed(attempt, error.message);
      return refused;
    }
  }

  #takeOffered(attempt: LoginAttempt): Identity | undefined {
    const offered = this.#offered;
    this.#offered = undefined;
    const isSame =
      attempt.method === "publickey" &&
      offered?.username === attempt.username &&
      offered.key.blob.equals(attempt.key.blob);
    return isSame ? offered.identity : undefined;
  }

  /** Asks the identity provider, and for a key looks for it among those that it lists. */
  async #identify(attempt: LoginAttempt, { isProbe = false } = {}): Promise<Identity | undefined> {
    const { peer, identityProvider } = this.#options;
    const { username } = attempt;
    if (!isUsername(username)) return this.#failed(attempt, "the user name is not one that Transfer Family allows");
    const password = attempt.method === "password" ? attempt.password : undefined;
    try {
      const asked = { username, protocol: "SFTP", sourceIp: peer.address } as const;
      const identity = await identityProvider({ ...asked, ...(password !== undefined && { password }) });
      const isListed = attempt.method === "password" || (identity !== undefined && listsKey(identity, attempt.key));
      if (identity !== undefined && isListed) return identity;
      if (isProbe) return undefined;
      return this.#failed(attempt, isListed ? "the identity provider refused the login" : "the key is not the user's");
    } catch (error) {
      if (!(error instanceof IdentityProviderError)) throw error;
      return this.#failed(attempt, error.message);
    }
  }

  #failed({ method, username }: LoginAttempt, message: string): undefined {
    const [sourceIp, user] = [this.#options.peer.address, username.slice(0, 100)];
    this.#options.log.write({ "activity-type": "AUTH_FAILURE", "source-ip": sourceIp, user, method, message });
  }
}

function listsKey({ publicKeys = [] }: Identity, { blob }: OfferedKey): boolean {
  return publicKeys.some((line) => {
    const key = utils.parseKey(line);
    return !(key instanceof Error) && !key.isPrivateKey() && key.getPublicSSH().equals(blob);
  });
}

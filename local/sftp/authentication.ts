import { type AuthContext, type Connection, type PublicKeyAuthContext, utils } from "ssh2";
import type { LoggedIn, LoginVerdict, SftpLogin } from "./sftp-login";

export interface AuthenticationOptions {
  connection: Connection;
  login: SftpLogin;
  /** Wrong passwords and signatures after which the connection ends. */
  mostFailures: number;
  /** Aborts when the connection is gone. */
  gone: AbortSignal;
  onFault(error: unknown): void;
}

const refused: LoginVerdict = { kind: "refused" };
/** Attempts of any kind after which a connection ends, offered keys that we do not know included. */
const mostAttempts = 20;

/**
 * Answers a connection's attempts to log in, and resolves with the session of the one that is accepted. Whatever the
 * reason, a refusal looks the same to the client: the list of all methods.
 */
export function authenticated(options: AuthenticationOptions): Promise<LoggedIn> {
  const { connection, login, gone, mostFailures, onFault } = options;
  let failures = 0;
  let attempts = 0;
  return new Promise((resolve) => {
    const answer = async (context: AuthContext): Promise<void> => {
      attempts += 1;
      const verdict = await decide(context, login).catch((error: unknown) => {
        onFault(error);
        return refused;
      });
      if (verdict === "key is known") return context.accept();
      if (verdict.kind === "continue") return context.reject([...verdict.methods], true);
      if (verdict.kind === "refused") {
        if (isFailure(context)) failures += 1;
        context.reject([...login.methods]);
        if (failures >= mostFailures || attempts >= mostAttempts) connection.end();
        return;
      }
      if (gone.aborted) return verdict.session.ended();
      resolve(verdict.session);
      context.accept();
    };
    connection.on("authentication", (context) => void answer(context).catch(onFault));
  });
}

async function decide(context: AuthContext, login: SftpLogin): Promise<LoginVerdict | "key is known"> {
  const { username } = context;
  if (context.method === "password" && login.methods.includes("password")) {
    // A request to change the password arrives as an object.
    const { password } = context;
    return typeof password === "string" ? login.attempt({ method: "password", username, password }) : refused;
  }
  if (context.method === "publickey" && login.methods.includes("publickey")) {
    const key = { type: context.key.algo, blob: context.key.data };
    if (context.signature === undefined) return (await login.knowsKey(username, key)) ? "key is known" : refused;
    return signatureIsValid(context) ? login.attempt({ method: "publickey", username, key }) : refused;
  }
  return refused;
}

/** Asking for the list of methods is no failure, and neither is offering a key that we do not know. */
const isFailure = (context: AuthContext) =>
  context.method === "password" || (context.method === "publickey" && context.signature !== undefined);

function signatureIsValid({ key, blob, signature, hashAlgo }: PublicKeyAuthContext): boolean {
  // An RSA signature without a named hash is SHA-1, which no current security policy accepts.
  if (key.algo === "ssh-rsa" && hashAlgo === undefined) return false;
  const parsed = utils.parseKey(`${key.algo} ${key.data.toString("base64")}`);
  if (parsed instanceof Error || blob === undefined || signature === undefined) return false;
  return parsed.verify(blob, signature, hashAlgo) === true;
}

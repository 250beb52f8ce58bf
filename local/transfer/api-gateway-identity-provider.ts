import { type BinaryLike, createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentials } from "../aws-endpoint/credentials";
import type { Clock } from "../clock";
import { type IdentityAttempt, type IdentityProvider, IdentityProviderError } from "./identity-provider";
import { readIdentity } from "./identity-response";

export interface ApiGatewayIdentityProviderOptions {
  /** Invoke URL of the API's stage; the path of the call is appended to it. */
  url: string;
  serverId: string;
  region: string;
  /** Those of the server's invocation role. */
  credentials(): AwsCredentials;
  clock: Clock;
}

/** API Gateway gives up after 29 s. */
const patience = 30_000;

/**
 * Asks a custom identity provider behind API Gateway: one signed GET for each attempt, the password in headers.
 * Source: Transfer Family user guide, authentication with API Gateway.
 */
export function apiGatewayIdentityProvider(options: ApiGatewayIdentityProviderOptions): IdentityProvider {
  return async (attempt) => {
    const url = new URL(`${options.url.replace(/\/+$/, "")}${callPath(options.serverId, attempt)}`);
    const signed = await sign(url, options);
    const response = await fetch(url, {
      headers: { ...signed, ...passwordHeaders(attempt.password) },
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    }).catch((error: Error) => {
      throw new IdentityProviderError(`the identity provider could not be reached: ${reasonOf(error)}`);
    });
    const body = await response.text();
    if (response.status !== 200) throw new IdentityProviderError(`the identity provider answered ${response.status}`);
    return readIdentity(parsed(body), attempt);
  };
}

function callPath(serverId: string, { username, protocol, sourceIp }: IdentityAttempt): string {
  const query = new URLSearchParams({ protocol, sourceIp });
  return `/servers/${serverId}/users/${encodeURIComponent(username)}/config?${query}`;
}

async function sign(url: URL, { region, credentials, clock }: ApiGatewayIdentityProviderOptions) {
  const signer = new SignatureV4({ service: "execute-api", region, credentials: credentials(), sha256: Sha256 });
  const request = {
    method: "GET",
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host },
  };
  const { headers } = await signer.sign(request, { signingDate: clock.now() });
  const { host: _, ...rest } = headers;
  return rest;
}

/**
 * `Password` is the bytes as they are, and so only good for ASCII without blanks at its ends; `PasswordBase64` is what
 * to read. Not part of the signature, which would fold blanks. No header at all means a key.
 */
function passwordHeaders(password: string | undefined): Record<string, string> {
  if (password === undefined) return {};
  const bytes = Buffer.from(password);
  const canBeHeader = !/[\0\r\n]/.test(password);
  return {
    ...(canBeHeader && { Password: bytes.toString("latin1") }),
    PasswordBase64: bytes.toString("base64"),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new IdentityProviderError("the identity provider's answer is not JSON");
  }
}

const reasonOf = (error: Error) => (error.cause instanceof Error ? error.cause.message : error.message);

/** What the signer asks of a hash, with Node's own. */
class Sha256 {
  readonly #secret: BinaryLike | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined ? undefined : (secret as BinaryLike);
    this.#hash = this.#new();
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#new();
  }

  #new(): Hash | Hmac {
    return this.#secret === undefined ? createHash("sha256") : createHmac("sha256", this.#secret);
  }
}

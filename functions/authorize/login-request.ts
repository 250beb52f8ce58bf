import type { APIGatewayProxyEvent } from "aws-lambda";

/** One question of Transfer Family: may this user in? */
export interface LoginRequest {
  username: string;
  /** `SFTP`, `FTPS` or `FTP`. */
  protocol: string;
  /** The client's IP address. */
  sourceAddress: string;
  /** Null: the client wants to log in with a key, and Transfer Family asks which. */
  password: string | null;
}

/**
 * Reads `GET /servers/{serverId}/users/{username}/config?protocol=…&sourceIp=…`. The password comes in a header:
 * `PasswordBase64` where it can, because a header is no safe place for what is not ASCII, else `Password`. None at
 * all, or an empty one, means a key. Null: the request makes no sense.
 */
export function loginRequest(event: APIGatewayProxyEvent): LoginRequest | null {
  const username = decoded(event.pathParameters?.username ?? "");
  const { protocol, sourceIp } = event.queryStringParameters ?? {};
  if (!username || !protocol || !sourceIp) return null;
  const base64 = header(event, "passwordbase64");
  const plain = header(event, "password");
  const password = base64 ? Buffer.from(base64, "base64").toString("utf8") : plain;
  return { username, protocol: protocol.toUpperCase(), sourceAddress: sourceIp, password: password || null };
}

/** User names have no `%`, so that decoding one which is decoded already changes nothing. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** HTTP/2 and proxies change the case of header names. */
function header(event: APIGatewayProxyEvent, lowerCaseName: string): string | null {
  const own = Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === lowerCaseName)?.[1];
  if (own) return own;
  const many = Object.entries(event.multiValueHeaders ?? {}).find(([name]) => name.toLowerCase() === lowerCaseName);
  return many?.[1]?.at(-1) ?? null;
}

import { randomBytes } from "node:crypto";
import type { Principal } from "./service";

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/** The credentials in circulation on this machine, and whom each stands for. */
export class CredentialRegistry {
  readonly #byAccessKey = new Map<string, { principal: Principal; credentials: AwsCredentials }>();

  issue(principal: Principal): AwsCredentials {
    const credentials = {
      accessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString("base64"),
      sessionToken: randomBytes(24).toString("base64"),
    };
    this.#byAccessKey.set(credentials.accessKeyId, { principal, credentials });
    return credentials;
  }

  find(accessKeyId: string): { principal: Principal; credentials: AwsCredentials } | undefined {
    return this.#byAccessKey.get(accessKeyId);
  }

  revoke(accessKeyId: string): void {
    this.#byAccessKey.delete(accessKeyId);
  }
}

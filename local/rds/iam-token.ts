import { createHash } from "node:crypto";
import type { AwsAccount } from "../aws-endpoint/account";
import type { CredentialRegistry } from "../aws-endpoint/credentials";
import type { Authorize } from "../aws-endpoint/service";
import { readSignature, signatureMatches } from "../aws-endpoint/signature";
import type { Clock } from "../clock";
import type { CheckToken } from "./iam-front";

export interface IamTokenOptions {
  account: AwsAccount;
  credentials: Pick<CredentialRegistry, "find">;
  /** Evaluates `rds-db:connect`; everything is allowed where absent. */
  authorize?: Authorize | undefined;
  clock: Pick<Clock, "now">;
  /** `cluster-…`: the part of the user's ARN. */
  clusterResourceId: string;
}

const emptyHash = createHash("sha256").digest("hex");
/** Milliseconds that a token is good for. Source: RDS User Guide, "IAM database authentication". */
const lifetime = 15 * 60_000;

/**
 * A check of IAM database tokens: a presigned request `<host>:<port>/?Action=connect&DBUser=<user>` for the service
 * `rds-db`, by credentials that may `rds-db:connect` as this user.
 */
export function iamTokenCheck(options: IamTokenOptions): CheckToken {
  const { account, credentials, authorize, clock, clusterResourceId } = options;
  return ({ user, token, port }) => {
    const [host = "", target = ""] = token.split(/(?=\/\?)/);
    const request = { method: "GET", target, headers: { host } };
    const signature = target === "" ? undefined : readSignature(request);
    if (signature?.service !== "rds-db") throw new Error("the password is no IAM token");
    const query = new URLSearchParams(target.slice(2));
    if (query.get("Action") !== "connect" || query.get("DBUser") !== user || !host.endsWith(`:${port}`)) {
      throw new Error(`the token is for user ${query.get("DBUser")} at ${host}`);
    }
    const known = credentials.find(signature.accessKeyId);
    const isKnown = known !== undefined && known.credentials.sessionToken === signature.sessionToken;
    if (!isKnown || !signatureMatches(request, signature, emptyHash, known.credentials.secretAccessKey)) {
      throw new Error("the token's signature does not match");
    }
    const signedAt = Date.parse(
      signature.timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
    );
    const age = clock.now().getTime() - signedAt;
    if (!(age <= Math.min(lifetime, (signature.expires ?? 0) * 1000))) throw new Error("the token has expired");
    authorize?.({
      principal: known.principal,
      action: "rds-db:connect",
      resource: `arn:aws:rds-db:${account.region}:${account.accountId}:dbuser:${clusterResourceId}/${user}`,
    });
  };
}

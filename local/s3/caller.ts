import { createHash } from "node:crypto";
import type { AccessRequest, Principal } from "../aws-endpoint/service";

/** On whose behalf an operation runs. */
export interface Caller {
  /** Whose permissions count. Absent for what the stand-ins do themselves, which no policy limits. */
  principal?: Principal;
  /** `ROLEID:session`; S3's events name it as `AWS:ROLEID:session`. */
  principalId: string;
  /** IP address. */
  sourceAddress: string;
  /** The request's id, which the events it causes name too. */
  requestId?: string;
  /** Evaluates the principal's policies, where the endpoint that took the request brings its own means. */
  authorize?: (request: Omit<AccessRequest, "principal">) => void;
}

/**
 * The principal id of a role's session, `ROLEID:session`. The session is the principal's own, or that of an
 * assumed-role ARN (`arn:aws:sts::<account>:assumed-role/<role>/<session>`), or else the role's name.
 */
export function principalId({ roleArn, sessionName }: Principal): string {
  const [kind = "", ...path] = roleArn.split(":").slice(5).join(":").split("/");
  const assumed = kind === "assumed-role";
  const role = (assumed ? path[0] : path.at(-1)) ?? roleArn;
  return `${roleId(role)}:${sessionName ?? (assumed ? path.slice(1).join("/") : role)}`;
}

/**
 * A role's unique id, `AROA` and 17 characters: derived from its name, so that it is the same wherever it is needed. The
 * role's `uniqueId` in the local program is made in the same way.
 */
export function roleId(roleName: string): string {
  return `AROA${createHash("sha256").update(roleName).digest("hex").slice(0, 17).toUpperCase()}`;
}

/** The caller of what a stand-in does of its own accord, in the name of an AWS service. */
export const serviceCaller = (service: string): Caller => ({ principalId: service, sourceAddress: "127.0.0.1" });

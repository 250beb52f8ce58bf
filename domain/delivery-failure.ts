/** What a failure stands in the way of: one file, every file of one remote folder, or the whole destination. */
export type FailureReach = "delivery" | "folder" | "destination";

/**
 * Why a delivery did not succeed this time. `canPass` says whether trying again may help; where it can't, the delivery
 * needs a person. The message is one line for operators: it goes into the ledger and the log, and may name what is ours.
 */
export class DeliveryFailure extends Error {
  override readonly name = "DeliveryFailure";
  readonly canPass: boolean;
  readonly reach: FailureReach;
  /** Whether the file may have arrived all the same, so that trying again could deliver it twice. */
  readonly isUncertain: boolean;
  /** What the partner is told of it, by e-mail. One line. */
  readonly forPartner: string;
  /** The SFTP status that the server gave, where it gave one. */
  readonly status: number | undefined;

  constructor(
    message: string,
    { canPass, reach = "delivery", isUncertain = false, status, forPartner = onOurSide }: DeliveryFailureOptions,
  ) {
    super(oneLine(message));
    this.canPass = canPass;
    this.reach = reach;
    this.isUncertain = isUncertain;
    this.forPartner = oneLine(forPartner === true ? message : forPartner);
    this.status = status;
  }
}

export interface DeliveryFailureOptions {
  canPass: boolean;
  reach?: FailureReach;
  isUncertain?: boolean;
  status?: number;
  /** true: the message. Absent: only that it is on our side, for not every message is for other people's mailboxes. */
  forPartner?: true | string;
}

const onOurSide = "something went wrong on our side; our operators have the details";

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();

/** The status codes of SFTP version 3 that tell causes apart (draft-ietf-secsh-filexfer-02, section 7). */
export const sftpStatus = { noSuchFile: 2, permissionDenied: 3, unsupported: 8 } as const;

/**
 * The failure behind an SFTP operation's error. `what` names the operation (`opening /inbox/.x.part`). A server's
 * general "failure" (4) may be a full disk or a quota, so it can pass; so can anything that broke the connection.
 */
export function sftpFailure(error: unknown, what: string): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  const code = codeOf(error);
  const status = typeof code === "number" ? code : undefined;
  switch (status) {
    case sftpStatus.noSuchFile:
      return new DeliveryFailure(`${what}: no such file or folder`, { canPass: false, status, forPartner: true });
    case sftpStatus.permissionDenied:
      return new DeliveryFailure(`${what}: permission denied`, { canPass: false, status, forPartner: true });
    case sftpStatus.unsupported:
      return new DeliveryFailure(`${what}: the server does not support this`, {
        ...{ canPass: false, status, forPartner: true },
      });
    default:
      return new DeliveryFailure(`${what}: ${messageOf(error)}`, { canPass: true, status, forPartner: true });
  }
}

/**
 * The failure behind an SSH connection that did not come about. Network trouble passes. A refused login and two sides
 * without a common algorithm don't, and concern every delivery to the destination.
 */
export function connectFailure(error: unknown, address: string): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  const message = messageOf(error);
  const lasting = (text: string, forPartner?: true | string) =>
    new DeliveryFailure(text, { canPass: false, reach: "destination", ...(forPartner && { forPartner }) });
  if (levelOf(error) === "client-authentication" || /authentication methods failed/i.test(message)) {
    const refused = `${address} refused the login`;
    return lasting(`${refused}: check the username, and the password or key in the secret`, refused);
  }
  if (/no matching .*(algorithm|format|exchange|cipher|mac|key)/i.test(message)) {
    return lasting(`${address} and this job share no algorithm: ${message}`, true);
  }
  if (/unable to start subsystem|subsystem request failed/i.test(message)) {
    return lasting(`${address} accepts the login but offers no SFTP: ${message}`, true);
  }
  if (/cannot parse privatekey|bad passphrase|integrity check failed/i.test(message)) {
    return lasting(`the private key for ${address} cannot be read: ${message}`);
  }
  return new DeliveryFailure(`cannot connect to ${address}: ${message}`, {
    ...{ canPass: true, reach: "destination", forPartner: true },
  });
}

/** S3 errors which say that this object version will not become readable, or this key writable, by itself. */
const lastingObjectErrors = [
  ...["NoSuchKey", "NoSuchVersion", "NoSuchBucket", "MethodNotAllowed", "InvalidObjectState"],
  ...["InvalidArgument", "KeyTooLongError", "EntityTooLarge"],
];

/** The failure behind an S3 operation's error. Everything but a missing or archived object or an impossible request can pass. */
export function objectFailure(error: unknown, what: string): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  const name = error instanceof Error ? error.name : "";
  return new DeliveryFailure(`${what}: ${name && name !== "Error" ? `${name}: ` : ""}${messageOf(error)}`, {
    canPass: !lastingObjectErrors.includes(name),
  });
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

function levelOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "level" in error ? error.level : undefined;
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  // Node's errors of several addresses at once have a code and no text.
  if (message === "") return typeof code === "string" ? code : "unknown error";
  return typeof code === "string" && !message.includes(code) ? `${message} (${code})` : message;
}

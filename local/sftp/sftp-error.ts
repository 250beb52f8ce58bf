/** Status codes of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 7). */
export const sftpStatus = {
  ok: 0,
  endOfFile: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const;

export type SftpStatus = keyof typeof sftpStatus;

/** What a file system throws to have the client told so. The message is shown to the client. */
export class SftpError extends Error {
  override readonly name = "SftpError";

  constructor(
    readonly status: SftpStatus,
    message: string,
  ) {
    super(message);
  }
}

export const noSuchFile = () => new SftpError("noSuchFile", "No such file or directory");
export const permissionDenied = () => new SftpError("permissionDenied", "Permission denied");
export const unsupported = (what: string) => new SftpError("unsupported", `${what} is not supported`);

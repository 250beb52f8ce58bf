import { SftpError } from "./sftp-error";

/**
 * The absolute, normalised form of a path that a client sent: relative ones start at `startDirectory`, and `..` ends
 * at the root, so that nothing below ever sees one.
 */
export function normalisedPath(path: string, startDirectory: string): string {
  if (path.includes("\0")) throw new SftpError("failure", "A file name cannot hold a NUL byte");
  const segments: string[] = [];
  for (const segment of (path.startsWith("/") ? path : `${startDirectory}/${path}`).split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return `/${segments.join("/")}`;
}

/** The directory that holds it; the root holds itself. */
export const parentPath = (path: string) => path.slice(0, path.lastIndexOf("/")) || "/";

/** Whether a normalised path is the folder itself or below it. */
export const isWithin = (path: string, folder: string) =>
  folder === "/" || path === folder || path.startsWith(`${folder}/`);

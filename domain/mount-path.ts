/** Most bytes of a name on EFS and on the common file systems. */
export const longestName = 255;

/** Where files are written before they are put in place, directly below the mount. No key may lead there. */
export const temporaryFolder = ".quayside";

/**
 * The names, folder by folder, under which an object lies below a mount: those of its key. A string says why the key
 * can be no file there. Whatever else a key holds (blanks, line breaks, backslashes, quotes) is a name like any other.
 */
export function mountPath(objectKey: string): string[] | string {
  // Two keys with different halves of a surrogate pair would become one file.
  if (!objectKey.isWellFormed()) return "it is no Unicode text";
  const names = objectKey.split("/");
  for (const name of names) {
    if (name === "") return "it has an empty name in it";
    if (name === "." || name === "..") return `it has "${name}" for a name in it`;
    if (name.includes("\0")) return "it has a NUL in it";
    if (Buffer.byteLength(name) > longestName) return `it has a name of more than ${longestName} bytes in it`;
  }
  return names[0] === temporaryFolder ? `${temporaryFolder} is the function's own folder` : names;
}

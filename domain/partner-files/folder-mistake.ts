/** Why a folder cannot stand beside the others of a partner, by their virtual paths; undefined where it can. */
export function folderMistake(
  virtualPath: string,
  others: readonly string[],
): { message: string; fix: string } | undefined {
  if (!isPlain(virtualPath)) return { message: `"${virtualPath}" is no plain path`, fix: 'leave "." and ".." out' };
  if (others.includes(virtualPath)) return { message: `"${virtualPath}" is listed twice`, fix: "remove one of them" };
  const other = others.find((path) => isPlain(path) && (isInside(virtualPath, path) || isInside(path, virtualPath)));
  return other === undefined
    ? undefined
    : {
        message: `"${virtualPath}" and "${other}" overlap`,
        fix: "folders may not lie inside each other; make them neighbours",
      };
}

const isPlain = (path: string) => !/(^|\/)\.{1,2}(\/|$)/.test(path);

const isInside = (inner: string, outer: string) => inner.startsWith(`${outer}/`);

import { suggestion } from "../nearest";
import type { FileGroups } from "./partner";

/** What to say of a file group that is not declared; undefined where it is, or where nobody knows. */
export function unknownGroup(
  name: string,
  { names, source }: FileGroups,
): { message: string; fix: string } | undefined {
  if (source === undefined || names.includes(name)) return undefined;
  return {
    message: `unknown file group "${name}"`,
    fix: suggestion(name, names, "declare it in file-groups.yaml"),
  };
}

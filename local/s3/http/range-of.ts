import type { ByteRange } from "../objects/byte-range";
import { notImplemented } from "../s3-error";

/** The range a `Range` header asks for. One that cannot be read is no range (RFC 9110); several are refused. */
export function rangeOf(header: string | undefined): ByteRange | undefined {
  if (header?.includes(",")) throw notImplemented("a Range of several parts");
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  if (first === "") return { suffix: Number(last) };
  if (last === "") return { first: Number(first) };
  return Number(first) > Number(last) ? undefined : { first: Number(first), last: Number(last) };
}

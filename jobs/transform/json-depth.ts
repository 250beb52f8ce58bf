import { createReadStream } from "node:fs";
import { DeliveryFailure } from "../../domain/delivery-failure";

/**
 * DuckDB goes down into nested values by recursion: at a depth of some thousands it ends the process, and from about
 * 240 on it refuses the type. What people exchange has a depth of ten or twenty.
 */
const mostDepth = 128;

/**
 * Reads a file of JSON values, in constant memory, up to the first that is nested too deeply. It says nothing of
 * whether it is JSON otherwise.
 *
 * @throws {DeliveryFailure} It names the place.
 */
export async function requireShallowJson(path: string, signal?: AbortSignal): Promise<void> {
  const scan = { depth: 0, isText: false, isEscaped: false, line: 1, byte: 0 };
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024, signal })) {
    if (isShallow(chunk, scan)) continue;
    throw new DeliveryFailure(`line ${scan.line}, byte ${scan.byte}: nested more than ${mostDepth} levels deep`, {
      ...{ canPass: false, forPartner: true },
    });
  }
}

interface Scan {
  depth: number;
  isText: boolean;
  /** The byte before was a backslash. */
  isEscaped: boolean;
  /** From 1. */
  line: number;
  /** Of the line, from 1: the last that was read. */
  byte: number;
}

const [quote, backslash, lineFeed] = [0x22, 0x5c, 0x0a];
const [openArray, closeArray, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Goes on over the next bytes; false: it has stopped where they are too deep. */
function isShallow(bytes: Buffer, scan: Scan): boolean {
  // Copies, because reading and writing properties for each byte takes twice as long: this takes about 4 s for 1 GB.
  let { depth, isText, isEscaped, line, byte } = scan;
  for (let index = 0; index < bytes.length; index++) {
    const value = bytes[index];
    byte++;
    if (value === lineFeed) {
      // No text goes over a line, so what is malformed in one line hides nothing of the next.
      isText = isEscaped = false;
      line++;
      byte = 0;
    } else if (isText) {
      if (isEscaped) isEscaped = false;
      else if (value === backslash) isEscaped = true;
      else if (value === quote) isText = false;
    } else if (value === quote) {
      isText = true;
    } else if (value === openArray || value === openObject) {
      if (++depth > mostDepth) break;
    } else if (value === closeArray || value === closeObject) {
      if (depth > 0) depth--;
    }
  }
  Object.assign(scan, { depth, isText, isEscaped, line, byte });
  return depth <= mostDepth;
}

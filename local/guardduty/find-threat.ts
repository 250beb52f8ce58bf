/**
 * The harmless text that every scanner takes for malware, in two parts, so that none takes this file for it.
 * Source: https://www.eicar.org/download-anti-malware-testfile/
 */
export const eicar = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}", "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].join("");

export type Finding = { kind: "clean" } | { kind: "threat"; name: string } | { kind: "encrypted" };

/**
 * Reads content to its end and says what is in it: the EICAR test string, wherever it stands, is a threat; a zip archive
 * whose first entry is encrypted cannot be scanned. What is compressed is not unpacked.
 */
export async function findThreat(content: AsyncIterable<Uint8Array>): Promise<Finding> {
  const pattern = Buffer.from(eicar, "latin1");
  let start = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let isThreat = false;
  for await (const chunk of content) {
    if (start.length < zipFlags + 2) start = Buffer.concat([start, chunk.subarray(0, zipFlags + 2)]);
    if (isThreat) continue;
    // The string may begin in one chunk and end in another.
    const window = Buffer.concat([tail, chunk]);
    isThreat = window.includes(pattern);
    tail = Buffer.from(window.subarray(Math.max(0, window.length - pattern.length + 1)));
  }
  if (isThreat) return { kind: "threat", name: "EICAR-Test-File (not a virus)" };
  return isEncryptedZip(start) ? { kind: "encrypted" } : { kind: "clean" };
}

/** Offset of the general purpose flags in a zip entry's header. Source: PKWARE's APPNOTE.TXT, section 4.3.7. */
const zipFlags = 6;

function isEncryptedZip(start: Buffer): boolean {
  const isZip = start.length >= zipFlags + 2 && start.readUInt32LE(0) === 0x04034b50;
  return isZip && (start.readUInt16LE(zipFlags) & 1) === 1;
}

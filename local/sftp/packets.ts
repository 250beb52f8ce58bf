import { longestPacket } from "./packet-types";

/**
 * Cuts a stream of bytes into SFTP packets, without their length fields. A part of a packet at the end is dropped: it
 * was never a request. Throws for a length that no client needs.
 */
export async function* packets(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let pendingLength = 0;
  for await (const chunk of chunks) {
    pending.push(chunk);
    pendingLength += chunk.length;
    if (pendingLength < 4 || pendingLength < neededLength(pending)) continue;
    let bytes = pending.length === 1 ? chunk : Buffer.concat(pending);
    while (bytes.length >= 4) {
      const end = 4 + packetLength(bytes);
      if (bytes.length < end) break;
      yield bytes.subarray(4, end);
      bytes = bytes.subarray(end);
    }
    pending = [bytes];
    pendingLength = bytes.length;
  }
}

/** How many bytes must be there before it is worth joining them; the first chunk has the length field or part of it. */
function neededLength(pending: readonly Buffer[]): number {
  const [first] = pending;
  return first !== undefined && first.length >= 4 ? 4 + packetLength(first) : 4;
}

function packetLength(bytes: Buffer): number {
  const length = bytes.readUInt32BE();
  if (length < 1 || length > longestPacket) throw new Error(`an SFTP packet of ${length} bytes`);
  return length;
}

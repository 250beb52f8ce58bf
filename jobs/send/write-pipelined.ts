/** Writes one piece at its place in the file; resolves once the receiver has acknowledged it. */
export type WritePiece = (piece: Uint8Array, position: number) => Promise<void>;

/** What every SFTP server takes in one write (draft-ietf-secsh-filexfer-02, section 3). */
const pieceBytes = 32 * 1024;
/** 2 MiB on the way at most, the window of OpenSSH; that keeps a line with 100 ms of delay busy at 20 MB/s. */
const mostOutstanding = 64;

/**
 * Writes all chunks without waiting for each acknowledgement, and resolves to the number of bytes once all have come.
 * It reads on only when there is room, so memory stays constant. The first error ends it.
 */
export async function writePipelined(source: AsyncIterable<Uint8Array>, write: WritePiece): Promise<number> {
  const outstanding = new Set<Promise<void>>();
  const errors: unknown[] = [];
  let position = 0;
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; start += pieceBytes) {
      const piece = chunk.subarray(start, start + pieceBytes);
      const written = write(piece, position)
        .catch((error: unknown) => void errors.push(error))
        .finally(() => outstanding.delete(written));
      outstanding.add(written);
      position += piece.length;
      if (outstanding.size >= mostOutstanding) await Promise.race(outstanding);
      if (errors.length > 0) throw errors[0];
    }
  }
  await Promise.all(outstanding);
  if (errors.length > 0) throw errors[0];
  return position;
}

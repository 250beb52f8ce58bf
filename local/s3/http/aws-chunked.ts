import { S3Error } from "../s3-error";

export interface ChunkedOptions {
  /** `x-amz-decoded-content-length`, in bytes. */
  length: number;
  /** Each chunk carries a signature. It is checked for its form only: this service does not know the secret keys. */
  signed: boolean;
  /** Takes what stands behind the last chunk; names in lower case. */
  onTrailers: (trailers: Map<string, string>) => void;
}

/** The longest line between chunks, in bytes. */
const longestLine = 4_096;

/**
 * Decodes the content coding `aws-chunked`: `<size in hex>[;chunk-signature=<64 hex digits>]\r\n<bytes>\r\n` …, a chunk of
 * size 0, trailers. Source: Signature Version 4 for Amazon S3, transferring payload in multiple chunks.
 */
export async function* decodeAwsChunked(
  source: AsyncIterator<Buffer>,
  options: ChunkedOptions,
): AsyncGenerator<Buffer> {
  try {
    yield* chunks(new ByteReader(source), options);
  } finally {
    await source.return?.();
  }
}

async function* chunks(reader: ByteReader, options: ChunkedOptions): AsyncGenerator<Buffer> {
  let received = 0;
  for (;;) {
    const size = chunkSize(await reader.line(), options.signed);
    if (size === 0) break;
    received += size;
    if (received > options.length) throw incomplete();
    yield* reader.bytes(size);
    if ((await reader.line()) !== "") throw malformed("a chunk is longer than its size says");
  }
  if (received !== options.length) throw incomplete();
  const trailers = new Map<string, string>();
  for (let line = await reader.lineOrEnd(); line; line = await reader.lineOrEnd()) {
    const [, name, value] = /^([\w-]+):(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw malformed(`"${line}" is no trailer`);
    trailers.set(name.toLowerCase(), value.trim());
  }
  options.onTrailers(trailers);
}

function chunkSize(line: string, signed: boolean): number {
  const [, size, signature] = /^([0-9a-fA-F]{1,12})(;chunk-signature=[0-9a-f]{64})?$/.exec(line) ?? [];
  if (size === undefined) throw malformed(`"${line}" is no chunk size`);
  if (signed !== (signature !== undefined))
    throw malformed(signed ? "a chunk has no signature" : "a chunk has a signature");
  return Number.parseInt(size, 16);
}

const malformed = (why: string) => new S3Error("InvalidRequest", 400, `The aws-chunked body is malformed: ${why}.`);

const incomplete = () =>
  new S3Error(
    "IncompleteBody",
    400,
    "You did not provide the number of bytes specified by the x-amz-decoded-content-length header",
  );

class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterator<Buffer>) {
    this.#source = source;
  }

  /** The next line without its CR LF. */
  async line(): Promise<string> {
    const line = await this.lineOrEnd();
    if (line === undefined) throw incomplete();
    return line;
  }

  /** As `line`, but `undefined` at the end of the body. */
  async lineOrEnd(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf("\r\n");
      if (end >= 0) {
        const line = this.#rest.toString("latin1", 0, end);
        this.#rest = this.#rest.subarray(end + 2);
        return line;
      }
      if (this.#rest.length > longestLine) throw malformed("a line is too long");
      const next = await this.#source.next();
      if (next.done) {
        if (this.#rest.length > 0) throw incomplete();
        return undefined;
      }
      this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    }
  }

  /** Exactly the next `size` bytes. */
  async *bytes(size: number): AsyncGenerator<Buffer> {
    for (let left = size; left > 0; ) {
      if (this.#rest.length === 0) {
        const next = await this.#source.next();
        if (next.done) throw incomplete();
        this.#rest = next.value;
      }
      const chunk = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(chunk.length);
      left -= chunk.length;
      if (chunk.length > 0) yield chunk;
    }
  }
}

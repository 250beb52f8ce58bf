import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { noSuchFile, permissionDenied, SftpError } from "../sftp/sftp-error";
import type { SessionPermissions } from "./session-policy";

export interface FoundObject {
  size: number;
  modified: Date;
  /** With its quotes, as S3 says it. */
  etag: string;
}

export interface ObjectPage {
  objects: { key: string; size: number; modified: Date }[];
  /** Each ends in the delimiter. */
  prefixes: string[];
  /** Where the next page starts; undefined: this is the last. */
  next: string | undefined;
}

/** Larger uploads go in parts of this size, in bytes. */
const partSize = 8 * 1024 * 1024;
/** Longest key, in bytes. */
const longestKey = 1024;

/**
 * The objects of one session: every call is first held against the session policy and then made over HTTP with the
 * session's credentials. Errors are SFTP's.
 */
export class SessionObjects {
  readonly #s3: S3Client;
  readonly #permissions: SessionPermissions;
  readonly #metadata: Record<string, string>;

  constructor(s3: S3Client, permissions: SessionPermissions, metadata: Record<string, string>) {
    this.#s3 = s3;
    this.#permissions = permissions;
    this.#metadata = metadata;
  }

  mayRead(bucket: string, key: string): boolean {
    return this.#permissions.allows("s3:GetObject", objectArn(bucket, key));
  }

  mayList(bucket: string, prefix: string): boolean {
    return this.#permissions.allows("s3:ListBucket", bucketArn(bucket), { "s3:prefix": prefix });
  }

  demandWrite(bucket: string, key: string): void {
    this.#permissions.demand("s3:PutObject", objectArn(bucket, key));
  }

  demandDelete(bucket: string, key: string): void {
    this.#permissions.demand("s3:DeleteObject", objectArn(bucket, key));
  }

  demandRead(bucket: string, key: string): void {
    this.#permissions.demand("s3:GetObject", objectArn(bucket, key));
  }

  /** Undefined where there is none. Without permission to list, S3 denies rather than to say so. */
  async head(bucket: string, key: string): Promise<FoundObject | undefined> {
    this.demandRead(bucket, key);
    try {
      const found = await told(() => this.#s3.send(new HeadObjectCommand({ Bucket: bucket, Key: checked(key) })));
      return { size: found.ContentLength ?? 0, modified: found.LastModified ?? new Date(0), etag: found.ETag ?? "" };
    } catch (error) {
      if (error instanceof SftpError && error.status === "noSuchFile") return undefined;
      throw error;
    }
  }

  async list(
    bucket: string,
    prefix: string,
    { delimiter, limit, start }: { delimiter?: string; limit?: number; start?: string } = {},
  ): Promise<ObjectPage> {
    this.#permissions.demand("s3:ListBucket", bucketArn(bucket), {
      "s3:prefix": prefix,
      ...(delimiter && { "s3:delimiter": delimiter }),
      ...(limit && { "s3:max-keys": String(limit) }),
    });
    // XML cannot hold every character that a key can.
    const EncodingType = "url";
    const command = new ListObjectsV2Command({
      ...{
        Bucket: bucket,
        Prefix: prefix,
        Delimiter: delimiter,
        MaxKeys: limit,
        ContinuationToken: start,
        EncodingType,
      },
    });
    return pageOf(await told(() => this.#s3.send(command)));
  }

  /** The bytes from `offset` to the end, of exactly the object that was found. */
  async read(bucket: string, key: string, { etag }: FoundObject, offset: number): Promise<Readable> {
    this.demandRead(bucket, key);
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=${offset}-`, IfMatch: etag });
    const { Body } = await told(() => this.#s3.send(command));
    return Body as Readable;
  }

  /** Stores a file of this machine; returns the ETag without its quotes. */
  async store(bucket: string, key: string, path: string): Promise<string> {
    this.demandWrite(bucket, key);
    const upload = new Upload({
      client: this.#s3,
      params: { Bucket: bucket, Key: checked(key), Body: createReadStream(path), Metadata: this.#metadata },
      partSize,
    });
    const { ETag = "" } = await told(() => upload.done());
    return ETag.replaceAll('"', "");
  }

  async storeMarker(bucket: string, key: string): Promise<void> {
    this.demandWrite(bucket, key);
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: checked(key),
      Body: Buffer.alloc(0),
      Metadata: this.#metadata,
    });
    await told(() => this.#s3.send(command));
  }

  async copy(from: { bucket: string; key: string }, to: { bucket: string; key: string }): Promise<void> {
    this.demandRead(from.bucket, from.key);
    this.demandWrite(to.bucket, to.key);
    const CopySource = `${from.bucket}/${from.key.split("/").map(encodeURIComponent).join("/")}`;
    await told(() => this.#s3.send(new CopyObjectCommand({ Bucket: to.bucket, Key: checked(to.key), CopySource })));
  }

  async delete(bucket: string, key: string): Promise<void> {
    this.demandDelete(bucket, key);
    await told(() => this.#s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
  }
}

const bucketArn = (bucket: string) => `arn:aws:s3:::${bucket}`;
const objectArn = (bucket: string, key: string) => `arn:aws:s3:::${bucket}/${key}`;

function checked(key: string): string {
  if (Buffer.byteLength(key) > longestKey) throw new SftpError("failure", "The file name is too long");
  return key;
}

function pageOf(output: ListObjectsV2CommandOutput): ObjectPage {
  const decode = (text = "") => (output.EncodingType === "url" ? decodeURIComponent(text.replaceAll("+", " ")) : text);
  return {
    objects: (output.Contents ?? []).map(({ Key, Size = 0, LastModified }) => ({
      key: decode(Key),
      size: Size,
      modified: LastModified ?? new Date(0),
    })),
    prefixes: (output.CommonPrefixes ?? []).map(({ Prefix }) => decode(Prefix)),
    next: output.NextContinuationToken,
  };
}

/** Says in SFTP's words what S3 refuses; other errors are faults. */
async function told<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
    if (status === 403) throw permissionDenied();
    if (status === 404) throw noSuchFile();
    if (status === 412) throw new SftpError("failure", "The file has changed meanwhile");
    throw error;
  }
}

import type { Core } from "../core";
import type { S3Request } from "./s3-request";

/** How one operation of the S3 API is recognised, and how it is answered. */
export interface Operation {
  name: string;
  method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  on: "service" | "bucket" | "object";
  /** Query parameters that make it this operation: its sub-resource. */
  marks?: readonly string[];
  /** The header that makes it this operation. */
  markHeader?: string;
  /** Further query parameters that it understands. */
  query?: readonly string[];
  answer: (core: Core, request: S3Request) => Promise<void>;
}

/** A request to a bucket, or to an object of one, with its names at hand. */
export const addressOf = ({ bucket = "", key = "", query }: S3Request) => ({
  bucket,
  key,
  versionId: query.get("versionId") ?? undefined,
});

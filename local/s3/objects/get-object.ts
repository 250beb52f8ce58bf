import type { Caller } from "../caller";
import type { Core } from "../core";
import { type ByteRange, type Extent, extentOf } from "./byte-range";
import { checkReadConditions, type ReadConditions } from "./conditions";
import { type FoundVersion, findVersion, type ObjectAddress } from "./find-version";

export interface GetObjectInput extends ObjectAddress {
  range?: ByteRange;
  conditions?: ReadConditions;
}

export interface GetObjectOutput extends FoundVersion {
  extent: Extent;
  /** The extent's bytes; to be read to the end or returned, since it holds the version's files until then. */
  body: AsyncGenerator<Uint8Array>;
}

/**
 * Reads an object or a range of it. Errors: NoSuchBucket, NoSuchKey, NoSuchVersion, MethodNotAllowed (a delete marker by
 * its version id), AccessDenied, PreconditionFailed, NotModified, InvalidRange.
 */
export async function getObject(core: Core, caller: Caller, input: GetObjectInput): Promise<GetObjectOutput> {
  const found = await findVersion(core, caller, input, { action: "s3:GetObject", decrypt: true });
  const { version } = found;
  checkReadConditions(version, input.conditions ?? {});
  const extent = extentOf(input.range, version.size);
  return { ...found, extent, body: core.store.blobs.read(version.segments, extent.start, extent.end) };
}

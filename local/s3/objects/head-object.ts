import type { Caller } from "../caller";
import type { Core } from "../core";
import { type Extent, extentOf } from "./byte-range";
import { checkReadConditions } from "./conditions";
import { type FoundVersion, findVersion } from "./find-version";
import type { GetObjectInput } from "./get-object";

export interface HeadObjectInput extends GetObjectInput {
  /** Whether the checksum is wanted: of an object under a KMS key only who may decrypt learns it. */
  checksum?: boolean;
}

/** Describes an object without its bytes. Errors: as getObject. */
export async function headObject(
  core: Core,
  caller: Caller,
  input: HeadObjectInput,
): Promise<FoundVersion & { extent: Extent }> {
  const found = await findVersion(core, caller, input, { action: "s3:GetObject", decrypt: input.checksum });
  checkReadConditions(found.version, input.conditions ?? {});
  return { ...found, extent: extentOf(input.range, found.version.size) };
}

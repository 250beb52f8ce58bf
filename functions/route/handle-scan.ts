import type { ScanResult } from "../../domain/events/scan-result";
import { recordScanResult } from "../../domain/ledger/transfers/record-scan-result";
import { finish } from "./finish";
import type { RouteDependencies } from "./handle-message";
import { isIgnored } from "./is-ignored";

/**
 * The malware scan said what it found in an object. A threat is recorded and reported wherever it is: in an upload,
 * which it quarantines, but also in what we made and placed ourselves, or in a file that was passed on long ago. So is
 * any verdict on what may be an upload, also where no folder takes it yet.
 */
export async function handleScan(result: ScanResult, dependencies: RouteDependencies): Promise<void> {
  const { bucket, objectKey, versionId, eventId, status, threats } = result;
  const about = { event: "object scanned", objectKey, versionId, eventId, status };
  const isThreat = status === "THREATS_FOUND" && bucket === dependencies.bucket;
  if (isIgnored(result, about, dependencies) && !isThreat) return;
  const recorded = await recordScanResult(dependencies.ledger, result, dependencies);
  // Operators are alarmed by this line.
  if (isThreat && recorded.isNew) dependencies.log("error", "threat found", { ...about, threats });
  if (recorded.released) dependencies.log("info", "placed file replicated", about);
  await finish(recorded, about, dependencies);
}

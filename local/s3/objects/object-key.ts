import { S3Error } from "../s3-error";

/** The longest key, in bytes of UTF-8. */
const longest = 1_024;

/** Refuses a key that S3 would refuse. */
export function checkObjectKey(key: string): void {
  const size = Buffer.byteLength(key);
  if (size <= longest) return;
  throw new S3Error("KeyTooLongError", 400, "Your key is too long", {
    fields: { Size: String(size), MaxSizeAllowed: String(longest) },
  });
}

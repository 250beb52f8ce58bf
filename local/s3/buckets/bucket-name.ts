import { S3Error } from "../s3-error";

/** Refuses a name that S3 would refuse. Source: S3 User Guide, general purpose bucket naming rules. */
export function checkBucketName(name: string): void {
  const wellFormed = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..");
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(name);
  const isReserved = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);
  if (wellFormed && !isAddress && !isReserved) return;
  throw new S3Error("InvalidBucketName", 400, "The specified bucket is not valid.", { fields: { BucketName: name } });
}

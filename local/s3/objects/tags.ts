import { S3Error } from "../s3-error";

const most = 10;
const longestKey = 128;
const longestValue = 256;

/** Refuses tags that S3 would refuse: more than ten, or too long. */
export function checkTags(tags: Record<string, string>): void {
  const entries = Object.entries(tags);
  if (entries.length > most) throw new S3Error("BadRequest", 400, `Object tags cannot be greater than ${most}`);
  for (const [key, value] of entries) {
    if (key === "" || key.length > longestKey || key.startsWith("aws:"))
      throw invalidTag(`The TagKey "${key}" is invalid`);
    if (value.length > longestValue)
      throw invalidTag(`The TagValue of "${key}" is longer than ${longestValue} characters`);
  }
}

/** The tags of a list of pairs; refuses a key that comes twice. */
export function tagsFrom(pairs: Iterable<readonly [string, string]>): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const [key, value] of pairs) {
    if (Object.hasOwn(tags, key)) throw invalidTag("Cannot provide multiple Tags with the same key");
    tags[key] = value;
  }
  checkTags(tags);
  return tags;
}

const invalidTag = (message: string) => new S3Error("InvalidTag", 400, message);

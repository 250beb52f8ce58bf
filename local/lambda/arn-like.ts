/**
 * IAM's `ArnLike`: the six parts of an ARN are compared one by one, each may hold `*` and `?`.
 * Source: IAM User Guide, "Amazon Resource Name (ARN) condition operators".
 */
export function arnLike(arn: string, pattern: string): boolean {
  const parts = split(arn);
  const patterns = split(pattern);
  return parts.length === patterns.length && patterns.every((part, i) => matches(parts[i] ?? "", part));
}

function split(arn: string): string[] {
  const parts = arn.split(":");
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")];
}

function matches(text: string, pattern: string): boolean {
  const expression = pattern
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(text);
}

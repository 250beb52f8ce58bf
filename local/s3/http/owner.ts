import { createHash } from "node:crypto";

/** An account's canonical user id: 64 hexadecimal digits. */
export const canonicalId = (accountId: string) => createHash("sha256").update(`canonical ${accountId}`).digest("hex");

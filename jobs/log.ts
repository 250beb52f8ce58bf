/** Writes one structured line; `adapters/log.ts` is the one in use. */
export type Log = (level: "info" | "warn" | "error", message: string, fields?: Record<string, unknown>) => void;

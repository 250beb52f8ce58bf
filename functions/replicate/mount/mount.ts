/** A file system that is mounted, and how files are created on it. Owners are set by its access point. */
export interface Mount {
  /** Of the mount; nothing outside of it is ever touched. */
  path: string;
  fileMode: number;
  directoryMode: number;
}

/** Something that no repetition changes: this key can be no file on this mount. */
export class Refusal extends Error {
  override name = "Refusal";
}

/** A file stands where a folder has to be, or the other way round. Deleting one of them changes that. */
export class Obstacle extends Error {
  override name = "Obstacle";
}

/** The code of a file system's error: `ENOENT`. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

export interface FileAttributes {
  kind: "file" | "directory";
  /** Bytes. */
  size: number;
  modified: Date;
}

/** What a client asks to set; absent: leave it. */
export interface AttributeChanges {
  size?: number;
  permissions?: number;
  accessed?: Date;
  modified?: Date;
}

export interface DirectoryEntry {
  name: string;
  attributes: FileAttributes;
}

export interface OpenFlags {
  read: boolean;
  write: boolean;
  append: boolean;
  create: boolean;
  truncate: boolean;
  /** With `create`: the file must not exist yet. */
  exclusive: boolean;
}

/** An open file. Its methods are called one after the other, in the order of the client's requests. */
export interface SftpFile {
  /** At most `length` bytes from `offset`; undefined at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array | undefined>;
  write(offset: number, data: Uint8Array): Promise<void>;
  attributes(): Promise<FileAttributes>;
  setAttributes(changes: AttributeChanges): Promise<void>;
  /** The client closed it. */
  close(): Promise<void>;
  /** The connection ended and the client had not closed it. */
  abandon(): Promise<void>;
}

export interface SftpDirectory {
  /** The next entries; undefined after the last ones. */
  nextPage(): Promise<DirectoryEntry[] | undefined>;
}

/**
 * What one logged-in client sees. Paths are absolute, normalised, `/`-separated virtual paths, so `..` is gone
 * before they get here. Methods throw {@link SftpError}; anything else becomes a plain "Failure".
 */
export interface SftpFileSystem {
  /** Where relative paths start. */
  readonly startDirectory: string;
  attributes(path: string): Promise<FileAttributes>;
  setAttributes(path: string, changes: AttributeChanges): Promise<void>;
  open(path: string, flags: OpenFlags): Promise<SftpFile>;
  openDirectory(path: string): Promise<SftpDirectory>;
  makeDirectory(path: string): Promise<void>;
  /** Only an empty directory. */
  removeDirectory(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** `replace`: the client asked for the semantics of POSIX, where the target may exist. */
  rename(from: string, to: string, options: { replace: boolean }): Promise<void>;
}

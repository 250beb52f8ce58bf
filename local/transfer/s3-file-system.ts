import { join } from "node:path";
import type { FileAttributes, OpenFlags, SftpDirectory, SftpFile, SftpFileSystem } from "../sftp/file-system";
import { noSuchFile, permissionDenied, SftpError, unsupported } from "../sftp/sftp-error";
import type { LogicalDirectories } from "./logical-directories";
import { directoryAttributes, S3Directory, virtualDirectory } from "./s3-directory";
import { S3Download } from "./s3-download";
import { S3Upload } from "./s3-upload";
import type { SessionObjects } from "./session-objects";
import { filePath, type SessionRecord } from "./session-record";

export interface S3FileSystemOptions {
  directories: LogicalDirectories;
  objects: SessionObjects;
  record: SessionRecord;
  /** Folder of this machine for what is being uploaded, and a name in it that nobody else uses. */
  spoolFolder: string;
  newSpoolName(): string;
  /** Clients may set attributes, to no effect (`setStatOption: ENABLE_NO_OP`); otherwise they are refused. */
  ignoresAttributes: boolean;
}

/** An object, or where one would be. */
interface Place {
  bucket: string;
  key: string;
}

/** A session's logical directories over S3, with the limits that Transfer Family has there. */
export class S3FileSystem implements SftpFileSystem {
  readonly startDirectory: string;
  readonly #options: S3FileSystemOptions;

  constructor(options: S3FileSystemOptions) {
    this.#options = options;
    this.startDirectory = options.directories.startDirectory;
  }

  async attributes(path: string): Promise<FileAttributes> {
    const location = this.#options.directories.locate(path);
    if (location.kind === "nowhere") throw noSuchFile();
    if (location.kind === "virtual" || location.isTarget) return directoryAttributes;
    const found = await this.#find(location);
    if (found === undefined) throw noSuchFile();
    return found;
  }

  async setAttributes(path: string): Promise<void> {
    this.#acceptAttributes();
    const location = this.#options.directories.locate(path);
    if (location.kind !== "object") throw permissionDenied();
    this.#options.record.log({ "activity-type": "SETSTAT", path: filePath(location.bucket, location.key) });
  }

  async open(path: string, flags: OpenFlags): Promise<SftpFile> {
    if (flags.append) throw unsupported("Appending to a file");
    if (flags.write && flags.read) throw unsupported("Reading and writing a file at once");
    const file = await (flags.write ? this.#openForWriting(path, flags) : this.#openForReading(path));
    return file;
  }

  async openDirectory(path: string): Promise<SftpDirectory> {
    const location = this.#options.directories.locate(path);
    if (location.kind === "nowhere") throw noSuchFile();
    if (location.kind === "virtual") return virtualDirectory(location.names);
    const { bucket, key, isTarget } = location;
    const prefix = directoryPrefix(key);
    const read = (start: string | undefined) => this.#options.objects.list(bucket, prefix, { delimiter: "/", start });
    const first = await read(undefined);
    if (!isTarget && first.objects.length === 0 && first.prefixes.length === 0) throw noSuchFile();
    return new S3Directory(prefix, first, read);
  }

  async makeDirectory(path: string): Promise<void> {
    const { objects, record } = this.#options;
    const place = this.#placeToChange(path);
    const began = record.now();
    objects.demandWrite(place.bucket, `${place.key}/`);
    if (await this.#find(place)) throw new SftpError("failure", "The name is taken");
    await objects.storeMarker(place.bucket, `${place.key}/`);
    record.log({ "activity-type": "MKDIR", path: filePath(place.bucket, place.key) });
    record.event("Directory Create", { began, detail: { "directory-path": filePath(place.bucket, place.key) } });
  }

  async removeDirectory(path: string): Promise<void> {
    const { objects, record } = this.#options;
    const place = this.#placeToChange(path);
    const began = record.now();
    const marker = `${place.key}/`;
    objects.demandDelete(place.bucket, marker);
    const { objects: inside } = await objects.list(place.bucket, marker, { limit: 2 });
    if (inside.length === 0) throw noSuchFile();
    if (inside.some(({ key }) => key !== marker)) throw new SftpError("failure", "The directory is not empty");
    await objects.delete(place.bucket, marker);
    record.log({ "activity-type": "RMDIR", path: filePath(place.bucket, place.key) });
    record.event("Directory Delete", { began, detail: { "directory-path": filePath(place.bucket, place.key) } });
  }

  async remove(path: string): Promise<void> {
    const { objects, record } = this.#options;
    const place = this.#placeToChange(path);
    const began = record.now();
    objects.demandDelete(place.bucket, place.key);
    await this.#demandFile(place);
    await objects.delete(place.bucket, place.key);
    record.log({ "activity-type": "DELETE", path: filePath(place.bucket, place.key) });
    record.event("File Delete", { began, detail: { "file-path": filePath(place.bucket, place.key) } });
  }

  /** Files only, and never over another: Transfer Family on S3 knows no replacing, so POSIX's rename does not either. */
  async rename(fromPath: string, toPath: string): Promise<void> {
    const { objects, record } = this.#options;
    const [from, to] = [this.#placeToChange(fromPath), this.#placeToChange(toPath)];
    const began = record.now();
    objects.demandRead(from.bucket, from.key);
    objects.demandDelete(from.bucket, from.key);
    objects.demandWrite(to.bucket, to.key);
    await this.#demandFile(from);
    if (await this.#find(to)) throw new SftpError("failure", "The target exists");
    await objects.copy(from, to);
    await objects.delete(from.bucket, from.key);
    const [original, renamed] = [filePath(from.bucket, from.key), filePath(to.bucket, to.key)];
    record.log({ "activity-type": "RENAME", path: original, "new-path": renamed });
    record.event("File Rename", { began, detail: { "original-file-path": original, "renamed-file-path": renamed } });
  }

  async #openForWriting(path: string, flags: OpenFlags): Promise<SftpFile> {
    const { objects, record, spoolFolder, newSpoolName } = this.#options;
    const place = this.#placeToChange(path);
    objects.demandWrite(place.bucket, place.key);
    if (!flags.create || !flags.truncate || flags.exclusive) {
      const existing = await this.#find(place);
      if (existing && flags.exclusive) throw new SftpError("failure", "The file exists");
      if (existing && !flags.truncate) throw unsupported("Changing a part of a file");
      if (!existing && !flags.create) throw noSuchFile();
    }
    const spoolPath = join(spoolFolder, newSpoolName());
    const acceptAttributes = () => this.#acceptAttributes();
    const upload = await S3Upload.begin({ ...place, objects, record, spoolPath, acceptAttributes });
    record.log({ "activity-type": "OPEN", path: filePath(place.bucket, place.key), mode: writingMode(flags) });
    return upload;
  }

  async #openForReading(path: string): Promise<SftpFile> {
    const { objects, record, directories } = this.#options;
    const location = directories.locate(path);
    if (location.kind === "nowhere") throw noSuchFile();
    if (location.kind === "virtual" || location.isTarget) throw isDirectory();
    const { bucket, key } = location;
    const found = await objects.head(bucket, key);
    if (found === undefined) throw noSuchFile();
    record.log({ "activity-type": "OPEN", path: filePath(bucket, key), mode: "READ" });
    return new S3Download({ bucket, key, found, objects, record, acceptAttributes: () => this.#acceptAttributes() });
  }

  /** Where something may be made, changed or removed: within a mapped directory, but not that itself. */
  #placeToChange(path: string): Place {
    const location = this.#options.directories.locate(path);
    if (location.kind !== "object" || location.isTarget) throw permissionDenied();
    return { bucket: location.bucket, key: location.key };
  }

  async #demandFile(place: Place): Promise<void> {
    const found = await this.#find(place);
    if (found === undefined) throw noSuchFile();
    if (found.kind === "directory") throw isDirectory();
  }

  /**
   * What a key holds: an object, a directory if other keys lie below, or nothing. A session that may not read may
   * still look into the listing, as upload-only ones do.
   */
  async #find({ bucket, key }: Place): Promise<FileAttributes | undefined> {
    const { objects } = this.#options;
    const [mayRead, mayList] = [objects.mayRead(bucket, key), objects.mayList(bucket, key)];
    if (!mayRead && !mayList) throw permissionDenied();
    if (mayRead) {
      const found = await objects.head(bucket, key);
      if (found) return { kind: "file", size: found.size, modified: found.modified };
    } else {
      // The key itself sorts before all that it is a prefix of.
      const [first] = (await objects.list(bucket, key, { limit: 1 })).objects;
      if (first?.key === key) return { kind: "file", size: first.size, modified: first.modified };
    }
    if (!mayList) return undefined;
    const below = await objects.list(bucket, `${key}/`, { limit: 1 });
    return below.objects.length > 0 ? directoryAttributes : undefined;
  }

  #acceptAttributes(): void {
    if (!this.#options.ignoresAttributes) throw unsupported("SETSTAT");
  }
}

const isDirectory = () => new SftpError("failure", "It is a directory");

const directoryPrefix = (key: string) => (key === "" ? "" : `${key}/`);

const writingMode = ({ create, truncate }: OpenFlags) =>
  [...(create ? ["CREATE"] : []), ...(truncate ? ["TRUNCATE"] : []), "WRITE"].join("|");

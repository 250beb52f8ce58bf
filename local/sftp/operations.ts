import type { DirectoryEntry, OpenFlags, SftpFile, SftpFileSystem } from "./file-system";
import { mostHandles, type OpenHandle, type OpenHandles } from "./open-handles";
import type { PacketReader } from "./packet-reader";
import { longestData, longestPacket, openFlag, sftpRequest } from "./packet-types";
import {
  attributesReply,
  dataReply,
  encodedEntry,
  encodedPath,
  handleReply,
  limitsReply,
  namesReply,
  type Reply,
  statusReply,
} from "./packet-writer";
import { SftpError, unsupported } from "./sftp-error";
import { normalisedPath } from "./virtual-path";

/** What a request works on. */
export interface OperationContext {
  fileSystem: SftpFileSystem;
  handles: OpenHandles;
  extensions: Readonly<Record<string, string>>;
}

/** A request that was read: the paths that it concerns, and what answers it. */
export interface Operation {
  paths: readonly string[];
  run(): Promise<Reply>;
}

type ReadOperation = (packet: PacketReader, context: OperationContext) => Operation;

const ok = statusReply("ok", "");
const endOfFile = statusReply("endOfFile", "End of file");
/** The draft lets every client count on packets of 34,000 bytes; names stay below, their heads included. */
const longestNames = 32_000;

/** Reads a request after its type and id. Throws an SftpError for one that is malformed or unknown. */
export function readOperation(type: number, packet: PacketReader, context: OperationContext): Operation {
  const read = operations[type];
  if (read === undefined) throw unsupported("This request");
  return read(packet, context);
}

const operations: Readonly<Record<number, ReadOperation>> = {
  [sftpRequest.open]: (packet, context) => {
    const path = pathOf(packet, context);
    const flags = openFlags(packet.uint32());
    packet.attributes();
    return on(path, async () => {
      refuseTooMany(context.handles);
      const file = await context.fileSystem.open(path, flags);
      return handleReply(context.handles.add({ kind: "file", path, file }));
    });
  },
  [sftpRequest.close]: (packet, { handles }) => {
    const name = packet.text();
    const handle = handles.find(name);
    return on(handle.path, async () => {
      if (!handles.delete(name)) throw new SftpError("failure", "The handle is not open");
      if (handle.kind === "file") await handle.file.close();
      return ok;
    });
  },
  [sftpRequest.read]: (packet, context) =>
    onFile(packet, context, (file) => {
      const [offset, length] = [packet.uint64(), packet.uint32()];
      return async () => {
        const data = await file.read(offset, Math.min(length, longestData));
        return data === undefined ? endOfFile : dataReply(data);
      };
    }),
  [sftpRequest.write]: (packet, context) =>
    onFile(packet, context, (file) => {
      const [offset, data] = [packet.uint64(), packet.bytes()];
      return () => file.write(offset, data).then(() => ok);
    }),
  [sftpRequest.fstat]: (packet, context) =>
    onFile(packet, context, (file) => () => file.attributes().then(attributesReply)),
  [sftpRequest.fsetstat]: (packet, context) =>
    onFile(packet, context, (file) => {
      const changes = packet.attributes();
      return () => file.setAttributes(changes).then(() => ok);
    }),
  [sftpRequest.stat]: (packet, context) => {
    const path = pathOf(packet, context);
    return on(path, () => context.fileSystem.attributes(path).then(attributesReply));
  },
  // Neither file system shows links, so both requests ask the same.
  [sftpRequest.lstat]: (packet, context) => readOperation(sftpRequest.stat, packet, context),
  [sftpRequest.setstat]: (packet, context) => {
    const path = pathOf(packet, context);
    const changes = packet.attributes();
    return on(path, () => context.fileSystem.setAttributes(path, changes).then(() => ok));
  },
  [sftpRequest.opendir]: (packet, context) => {
    const path = pathOf(packet, context);
    return on(path, async () => {
      refuseTooMany(context.handles);
      const directory = await context.fileSystem.openDirectory(path);
      return handleReply(context.handles.add({ kind: "directory", path, directory, encodedEntries: [] }));
    });
  },
  [sftpRequest.readdir]: (packet, { handles }) => {
    const handle = handles.find(packet.text());
    if (handle.kind !== "directory") throw new SftpError("failure", "The handle is not a directory's");
    return on(handle.path, () => readDirectory(handle));
  },
  [sftpRequest.remove]: onPath((path, fileSystem) => fileSystem.remove(path)),
  [sftpRequest.mkdir]: onPath((path, fileSystem) => fileSystem.makeDirectory(path)),
  [sftpRequest.rmdir]: onPath((path, fileSystem) => fileSystem.removeDirectory(path)),
  [sftpRequest.realpath]: (packet, context) => {
    const path = pathOf(packet, context);
    return { paths: [], run: async () => namesReply([encodedPath(path)]) };
  },
  [sftpRequest.rename]: renaming({ replace: false }),
  [sftpRequest.readlink]: () => refused("Reading a link"),
  [sftpRequest.symlink]: () => refused("Making a link"),
  [sftpRequest.extended]: (packet, context) => {
    const name = packet.text();
    if (!Object.hasOwn(context.extensions, name)) return refused(`The extension ${name}`);
    const read = Object.hasOwn(extendedOperations, name) ? extendedOperations[name] : undefined;
    return read?.(packet, context) ?? refused(`The extension ${name}`);
  },
};

const extendedOperations: Readonly<Record<string, ReadOperation>> = {
  "posix-rename@openssh.com": renaming({ replace: true }),
  "limits@openssh.com": () => ({
    paths: [],
    run: async () => limitsReply({ packet: longestPacket, data: longestData, handles: mostHandles }),
  }),
};

const on = (path: string, run: () => Promise<Reply>): Operation => ({ paths: [path], run });

const refused = (what: string): Operation => ({
  paths: [],
  run: () => Promise.reject(unsupported(what)),
});

const pathOf = (packet: PacketReader, { fileSystem }: OperationContext): string =>
  normalisedPath(packet.text(), fileSystem.startDirectory);

function onPath(work: (path: string, fileSystem: SftpFileSystem) => Promise<void>): ReadOperation {
  return (packet, context) => {
    const path = pathOf(packet, context);
    return on(path, () => work(path, context.fileSystem).then(() => ok));
  };
}

function onFile(
  packet: PacketReader,
  { handles }: OperationContext,
  read: (file: SftpFile) => () => Promise<Reply>,
): Operation {
  const name = packet.text();
  const handle = handles.find(name);
  if (handle.kind !== "file") throw new SftpError("failure", "The handle is not a file's");
  const run = read(handle.file);
  return on(handle.path, () => {
    handles.find(name); // A close before this request has taken effect by now.
    return run();
  });
}

function renaming(options: { replace: boolean }): ReadOperation {
  return (packet, context) => {
    const [from, to] = [pathOf(packet, context), pathOf(packet, context)];
    return { paths: [from, to], run: () => context.fileSystem.rename(from, to, options).then(() => ok) };
  };
}

async function readDirectory(handle: OpenHandle & { kind: "directory" }): Promise<Reply> {
  while (handle.encodedEntries.length === 0) {
    const page: DirectoryEntry[] | undefined = await handle.directory.nextPage();
    if (page === undefined) return endOfFile;
    handle.encodedEntries = page.map(encodedEntry);
  }
  let length = 0;
  const beyond = handle.encodedEntries.findIndex((entry, index) => {
    length += entry.length;
    return index > 0 && length > longestNames;
  });
  return namesReply(handle.encodedEntries.splice(0, beyond === -1 ? handle.encodedEntries.length : beyond));
}

function refuseTooMany(handles: OpenHandles): void {
  if (handles.isFull) throw new SftpError("failure", `More than ${mostHandles} files are open`);
}

const openFlags = (bits: number): OpenFlags => ({
  read: (bits & openFlag.read) !== 0,
  write: (bits & openFlag.write) !== 0,
  append: (bits & openFlag.append) !== 0,
  create: (bits & openFlag.create) !== 0,
  truncate: (bits & openFlag.truncate) !== 0,
  exclusive: (bits & openFlag.exclusive) !== 0,
});

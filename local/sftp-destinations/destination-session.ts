import { setTimeout as wait } from "node:timers/promises";
import type { SftpFileSystem } from "../sftp/file-system";
import { permissionDenied, SftpError } from "../sftp/sftp-error";
import { isWithin } from "../sftp/virtual-path";
import type { DestinationFaults } from "./faults";
import { LocalFolder } from "./local-folder";

export interface DestinationSessionOptions {
  folder: string;
  faults: DestinationFaults;
  /** Cuts the connection. */
  drop(): void;
  onName(path: string): void;
}

/** One client's view of a destination's folder, with the faults that are set at the moment. */
export function destinationSession({ folder, faults, drop, onName }: DestinationSessionOptions): SftpFileSystem {
  let written = 0;
  const files = new LocalFolder({
    folder,
    onName,
    beforeChange: (path) => {
      const readOnly = faults.readOnlyFolders?.some((place) => isWithin(path, place));
      if (readOnly) throw permissionDenied();
    },
    allowance: async (length) => {
      if (faults.slow !== undefined) await wait(faults.slow);
      const { failAfterBytes = Number.POSITIVE_INFINITY, failTimes } = faults;
      const allowed = failTimes === 0 ? length : Math.min(length, failAfterBytes - written);
      written += allowed;
      return allowed;
    },
    exhausted: () => {
      if (faults.failTimes !== undefined) faults.failTimes -= 1;
      drop();
    },
  });
  const slowly = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (faults.slow !== undefined) await wait(faults.slow);
    return work();
  };
  return {
    startDirectory: files.startDirectory,
    attributes: (path) => slowly(() => files.attributes(path)),
    setAttributes: (path, changes) => slowly(() => files.setAttributes(path, changes)),
    open: (path, flags) => slowly(() => files.open(path, flags)),
    openDirectory: (path) => slowly(() => files.openDirectory(path)),
    makeDirectory: (path) => slowly(() => files.makeDirectory(path)),
    removeDirectory: (path) => slowly(() => files.removeDirectory(path)),
    remove: (path) => slowly(() => files.remove(path)),
    rename: (from, to, options) =>
      slowly(async () => {
        await faults.beforeRename?.();
        if (faults.refuseRename) throw new SftpError("failure", "Rename is refused here");
        await files.rename(from, to, options);
      }),
  };
}

import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { AwsAccount } from "../aws-endpoint/account";

export interface FileSystem {
  id: string;
  arn: string;
  /** What clients would see as `/`. */
  folder: string;
  /** By subnet. */
  mountTargets: Map<string, MountTarget>;
}

export interface MountTarget {
  id: string;
  ipAddress: string;
  networkInterfaceId: string;
}

export interface AccessPoint {
  id: string;
  arn: string;
  fileSystemId: string;
  /** Absolute, on the file system. */
  path: string;
  /** How the folder is made when it is first used and is not there. */
  creation?: { uid: number; gid: number; mode: number };
}

interface NewMountTarget {
  fileSystemId: string;
  subnetId: string;
  ipAddress?: string | undefined;
}

/**
 * Elastic File System: each file system is a folder of this machine, each access point a folder below it. Files belong
 * to whoever runs the functions here, not to the access point's POSIX user.
 */
export class EfsService {
  readonly account: AwsAccount;
  readonly #folder: string;
  readonly #fileSystems = new Map<string, FileSystem>();
  readonly #accessPoints = new Map<string, AccessPoint>();

  /** @param folder below which each file system gets its folder */
  constructor(account: AwsAccount, folder: string) {
    this.account = account;
    this.#folder = folder;
  }

  async createFileSystem(): Promise<FileSystem> {
    const id = newId("fs");
    const folder = join(this.#folder, id);
    await mkdir(folder, { recursive: true });
    const fileSystem = {
      id,
      arn: this.#arn(`file-system/${id}`),
      folder,
      mountTargets: new Map<string, MountTarget>(),
    };
    this.#fileSystems.set(id, fileSystem);
    return fileSystem;
  }

  hasFileSystem(id: string): boolean {
    return this.#fileSystems.has(id);
  }

  fileSystem(id: string): FileSystem {
    const found = this.#fileSystems.get(id);
    if (found === undefined) throw new Error(`there is no file system ${id}`);
    return found;
  }

  /** Removes a file system and all that is on it. Throws while it has mount targets, as EFS does. */
  async deleteFileSystem(id: string): Promise<void> {
    const found = this.#fileSystems.get(id);
    if (found === undefined) return;
    if (found.mountTargets.size > 0) throw new Error(`the file system ${id} has mount targets; delete them first`);
    this.#fileSystems.delete(id);
    await rm(found.folder, { recursive: true, force: true });
  }

  addMountTarget({ fileSystemId, subnetId, ipAddress = someAddress() }: NewMountTarget): MountTarget {
    const { mountTargets } = this.fileSystem(fileSystemId);
    if (mountTargets.has(subnetId)) throw new Error(`${fileSystemId} has a mount target in ${subnetId} already`);
    const target = { id: newId("fsmt"), ipAddress, networkInterfaceId: newId("eni") };
    mountTargets.set(subnetId, target);
    return target;
  }

  mountTarget({ fileSystemId, subnetId }: NewMountTarget): MountTarget {
    const found = this.fileSystem(fileSystemId).mountTargets.get(subnetId);
    if (found === undefined) throw new Error(`${fileSystemId} has no mount target in ${subnetId}`);
    return found;
  }

  removeMountTarget(fileSystemId: string, subnetId: string): void {
    this.#fileSystems.get(fileSystemId)?.mountTargets.delete(subnetId);
  }

  createAccessPoint(inputs: Pick<AccessPoint, "fileSystemId" | "path" | "creation">): AccessPoint {
    this.fileSystem(inputs.fileSystemId);
    const id = newId("fsap");
    const accessPoint = { ...inputs, id, arn: this.#arn(`access-point/${id}`) };
    this.#accessPoints.set(id, accessPoint);
    return accessPoint;
  }

  accessPoint(id: string): AccessPoint {
    const found = this.#accessPoints.get(id);
    if (found === undefined) throw new Error(`there is no access point ${id}`);
    return found;
  }

  /** The access point goes; its folder stays with the file system. */
  deleteAccessPoint(id: string): void {
    this.#accessPoints.delete(id);
  }

  /**
   * The folder that whoever mounts an access point sees. It is made on first use, as by EFS. Throws where it cannot be
   * mounted, with EFS's reason.
   * @param reference the access point's id or ARN
   */
  mountedFolder(reference: string): string {
    const { fileSystemId, path, creation } = this.accessPoint(reference.slice(reference.lastIndexOf("/") + 1));
    const { folder, mountTargets } = this.fileSystem(fileSystemId);
    if (mountTargets.size === 0) throw new Error(`the file system ${fileSystemId} has no mount target`);
    const mounted = join(folder, path);
    if (existsSync(mounted)) return mounted;
    if (creation === undefined) {
      throw new Error(`${path} is not on the file system ${fileSystemId}, and the access point has no creationInfo`);
    }
    mkdirSync(mounted, { recursive: true });
    // Whatever this process's umask left out.
    chmodSync(mounted, creation.mode);
    if (process.getuid?.() === 0) chownSync(mounted, creation.uid, creation.gid);
    return mounted;
  }

  #arn(resource: string): string {
    return `arn:aws:elasticfilesystem:${this.account.region}:${this.account.accountId}:${resource}`;
  }
}

/** Nothing listens there. */
const someAddress = () => `10.255.${[...randomBytes(2)].join(".")}`;

/** As EFS makes them: 17 hexadecimal digits. */
const newId = (prefix: string) => `${prefix}-${randomBytes(9).toString("hex").slice(1)}`;

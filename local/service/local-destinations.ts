import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { PartnerAccess } from "../../domain/partner-access";
import { type SftpDestination, startSftpDestination } from "../sftp-destinations/sftp-destination";
import type { LocalDestination } from "./localised-partners";

interface Running {
  server: SftpDestination;
  address: LocalDestination;
  password: string;
  folder: string;
}

/**
 * The SFTP servers on this machine that stand for the partners' own, each over a folder of its own. Their owners are
 * known by their original ids: a rename changes neither a server nor its credentials.
 */
export class LocalDestinations {
  readonly #running = new Map<string, Running>();

  /** @param folder below which each server gets its folder */
  constructor(private readonly folder: string) {}

  /** Starts the servers that are missing for these partners and creates the folders that deliveries go to. */
  async ensure(partners: readonly Pick<PartnerAccess, "originalId" | "entitlements">[]): Promise<void> {
    for (const { originalId, entitlements } of partners) {
      for (const { name, username } of entitlements.destinations) {
        const remotePaths = entitlements.subscriptions.flatMap(({ delivery }) =>
          delivery.kind === "push" && delivery.destination === name ? [delivery.remotePath] : [],
        );
        await this.#ensureOne(`${originalId}/${name}`, username, remotePaths);
      }
    }
  }

  address(owner: string, destination: string): LocalDestination {
    return this.#find(owner, destination).address;
  }

  /** What the operator would put into the destination's secret. */
  credentials(owner: string, destination: string): { password: string } {
    return { password: this.#find(owner, destination).password };
  }

  /** What the server received. */
  folderOf(owner: string, destination: string): string {
    return this.#find(owner, destination).folder;
  }

  /** Where a delivered file is on this machine. */
  fileOf(owner: string, destination: string, remotePath: string): string {
    return join(this.folderOf(owner, destination), remotePath);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ server }) => server.stop()));
    this.#running.clear();
  }

  #find(owner: string, destination: string): Running {
    const running = this.#running.get(`${owner}/${destination}`);
    if (!running) throw new Error(`no server stands for ${owner}/${destination}`);
    return running;
  }

  async #ensureOne(id: string, username: string, remotePaths: readonly string[]): Promise<void> {
    let running = this.#running.get(id);
    if (!running) {
      const folder = join(this.folder, ...id.split("/"));
      const password = randomBytes(12).toString("base64url");
      const server = await startSftpDestination({ username, password, folder });
      // A partner file pins one key, or two while they rotate.
      const address = { host: "127.0.0.1", port: server.port, username, hostKeys: server.hostKeys.slice(0, 1) };
      running = { server, address, password, folder };
      this.#running.set(id, running);
    }
    for (const remotePath of remotePaths) await mkdir(join(running.folder, remotePath), { recursive: true });
  }
}

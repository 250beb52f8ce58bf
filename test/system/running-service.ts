import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type SftpClient from "ssh2-sftp-client";
import { type LedgerRow, readLedger } from "../../domain/ledger/transfers/read-ledger";
import { type LocalService, startLocalService } from "../../local/service/local-service";
import { quietClient } from "../../local/sftp/quiet-client";
import { writePartnerFiles } from "./partner-files";

/** Quayside on its stand-ins with partner files of a test's own. */
export interface RunningService {
  service: LocalService;
  /** What pins the partner endpoint's host keys. */
  server: { port: number; hostKeys: string[] };
  /** Writes or removes (undefined) partner files, by path below the partners folder, without applying them. */
  write(files: Record<string, string | undefined>): Promise<void>;
  /** Logs in with ssh2-sftp-client; rejects as the server refuses. */
  connect(login: {
    username: string;
    password?: string;
    privateKey?: string;
    localAddress?: string;
  }): Promise<SftpClient>;
  /** Waits until a transfer of each name satisfies the condition, and fails with the ledger's rows otherwise. */
  transfers(fileNames: readonly string[], isReached: (row: LedgerRow) => boolean): Promise<LedgerRow[]>;
  /** The same of one. */
  transfer(fileName: string, isReached: (row: LedgerRow) => boolean): Promise<LedgerRow>;
  rows(): Promise<LedgerRow[]>;
  stop(): Promise<void>;
}

/** A delivery that is over, one way or the other. */
export const isOver = ({ state }: { state: string }) => ["delivered", "failed", "cancelled"].includes(state);

/** Every delivery is over, and there are this many. */
export const settledWith = (count: number) => (row: LedgerRow) =>
  row.state === "routed" && row.deliveries.length === count && row.deliveries.every(isOver);

export async function startRunningService(files: Record<string, string>): Promise<RunningService> {
  const folder = await mkdtemp(join(tmpdir(), "quayside-system-test-"));
  const log: string[] = [];
  const write = (changes: Record<string, string | undefined>) => writePartnerFiles(folder, changes);
  await write(files);
  const service = await startLocalService({
    partners: folder,
    onLog: ({ from, line }) => log.push(`${from}: ${line}`),
  });
  const stop = async () => {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await service.up();
  } catch (error) {
    await stop();
    throw error;
  }
  const rows = () => readLedger(service.ledger(), { limit: 10_000 });
  const transfers: RunningService["transfers"] = async (fileNames, isReached) => {
    let found: LedgerRow[] = [];
    for (let attempt = 0; attempt < 400; attempt++) {
      const newest = new Map((await rows()).reverse().map((row) => [row.fileName, row]));
      found = fileNames.flatMap((name) => newest.get(name) ?? []).filter(isReached);
      if (found.length === fileNames.length) return found;
      await sleep(50);
    }
    const missing = fileNames.filter((name) => !found.some(({ fileName }) => fileName === name));
    const shown = JSON.stringify(await rows(), null, 2);
    throw new Error(`${missing.join(", ")} did not get there: ${shown}\n${log.slice(-30).join("\n")}`);
  };
  // The partner endpoint; the other one's users are Transfer Family's own.
  const endpoint = service.standIns.transfer.list().find(({ inputs }) => inputs.identityProviderType === "API_GATEWAY");
  return {
    ...{ service, write, rows, stop },
    server: { port: service.sftpPort(), hostKeys: (endpoint?.hostKeys ?? []).map(({ publicKey }) => publicKey) },
    connect: (login) => quietClient({ port: service.sftpPort(), ...login }),
    transfers,
    transfer: async (fileName, isReached) => (await transfers([fileName], isReached))[0] as LedgerRow,
  };
}

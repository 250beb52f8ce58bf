import { Readable } from "node:stream";
import { openLedger } from "../../domain/ledger/ledger";
import { replicate } from "../../functions/replicate/replicate";
import type { LedgerFixture } from "../ledger-fixture";
import { bucket } from "../uploads-fixture";

/** Run as a process of its own: handles one order, and is killed between the rename and the commit. */
const { address, mount, body, content } = JSON.parse(process.env.KILLED ?? "{}") as {
  address: LedgerFixture["address"];
  mount: string;
  body: string;
  content: string;
};
const user = { user: "quayside_replicate", password: async () => "an IAM token" };
const ledger = openLedger({ ...address, ...user });
replicate({ Records: [{ messageId: "message", body }] } as never, {
  ledger: {
    ...ledger,
    transaction: (work) =>
      ledger.transaction(async (transaction) => {
        await work(transaction);
        process.kill(process.pid, "SIGKILL");
        return new Promise(() => {});
      }),
  },
  readVersion: async () => Readable.from([Buffer.from(content, "hex")]),
  mount: { path: mount, fileMode: 0o640, directoryMode: 0o750 },
  bucket,
  mirrorDeletions: true,
  clock: () => new Date(),
  log: () => {},
}).then(() => process.exit(0));

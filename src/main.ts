#!/usr/bin/env node
import { runProgram } from "./cli/program.ts";

// Whoever reads may have seen enough before all is written, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

// The service is loaded only by the command that serves.
process.exitCode = await runProgram(process.argv.slice(2), async (options) =>
  (await import("./app.ts")).createApp(options),
);

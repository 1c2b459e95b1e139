#!/usr/bin/env node
import { runProgram } from "./cli/program.ts";

// The service is loaded only by the command that serves.
process.exitCode = await runProgram(process.argv.slice(2), async (options) =>
  (await import("./app.ts")).createApp(options),
);

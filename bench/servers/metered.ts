/** Headway in a process that says, when it is asked, what it has done since it was asked last: configuration. */
import { createApp } from "../../src/app.ts";
import { serve } from "../../src/cli/serve.ts";
import { TurnMeter } from "../../test/support/service/turn-meter.ts";
import type { Load } from "../support/metered-headway.ts";

const [configPath = ""] = process.argv.slice(2);
let meter = new TurnMeter();
let before = process.cpuUsage();
process.on("message", () => {
  const { user, system } = process.cpuUsage(before);
  process.send!({ longestTurnMs: meter.stop(), cpuMs: (user + system) / 1000 } satisfies Load);
  meter = new TurnMeter();
  before = process.cpuUsage();
});
await serve({ config: configPath }, createApp);

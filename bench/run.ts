import { benchBadInput } from "./bad-input.ts";
import { benchClients } from "./clients.ts";
import { benchComplete } from "./complete.ts";
import { benchEstimator } from "./estimator.ts";
import { benchHoldSlots } from "./hold-slots.ts";
import { benchLedgerLoad } from "./ledger-load.ts";
import { benchScheduler } from "./scheduler.ts";
import { benchSlots } from "./slots.ts";
import { describeMachine } from "./support/machine.ts";

const print = (line: string): void => console.log(line);
const SECTIONS: Readonly<Record<string, () => Promise<void>>> = {
  scheduler: () => benchScheduler(print),
  slots: () => benchSlots(print),
  "hold-slots": () => benchHoldSlots(print),
  complete: () => benchComplete(print),
  clients: () => benchClients(print),
  "bad-input": () => benchBadInput(print),
  "ledger-load": () => benchLedgerLoad(print),
  estimator: () => benchEstimator(print),
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in SECTIONS));
if (unknown !== undefined) {
  console.error(`there is no benchmark ${unknown}; choose from ${Object.keys(SECTIONS).join(", ")}`);
  process.exit(2);
}
print(describeMachine());
for (const [name, run] of Object.entries(SECTIONS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  print(`\n${name}`);
  await run();
}

import { Driver } from "../test/clients/support/driver.ts";
import { installedLanguages } from "../test/clients/support/languages.ts";
import { startChild, startHeadway } from "./support/child.ts";
import { benchConfig, writeConfig } from "./support/config-file.ts";
import { quantile } from "./support/quantile.ts";

/** As many as the compilers of Node and Java need to come to their end, as they have in a service. */
const WARM_UP_CALLS = 5000;
const CALLS = 3000;

/** What the calls of a driver took: direct ones, those in a slot that followed them, and direct ones after these. */
interface Measured {
  readonly directMs: readonly number[];
  readonly slotMs: readonly number[];
  readonly nextMs: readonly number[];
}

/**
 * What a slot around a direct call adds on loopback, for each client: one call after the other on an upstream that
 * answers at once, each without a slot and then in one, by the program that the contract suite drives. What a client
 * does in the background when the caller has its answer is not free: the call after that is later for it, and counts too.
 */
export async function benchClients(print: (line: string) => void): Promise<void> {
  await using upstream = await startChild("bench/servers/upstream.ts");
  const baseUrl = `http://127.0.0.1:${upstream.port}/v1`;
  using config = writeConfig(benchConfig(baseUrl));
  await using headway = await startHeadway(config.path);
  const work = { do: "measure", models: ["bench/model"], url: `${baseUrl}/chat/completions` } as const;
  for (const { name, driver: command } of installedLanguages({ optimized: true })) {
    const driver = new Driver(command, `127.0.0.1:${headway.port}`);
    try {
      await driver.tell({ ...work, calls: WARM_UP_CALLS });
      print(`  ${name}: ${describe(await driver.tell({ ...work, calls: CALLS }))}`);
    } finally {
      await driver.stop();
    }
  }
}

function describe({ directMs, slotMs, nextMs }: Measured): string {
  const direct = quantileOf(directMs, 0.5);
  const tailDirect = quantileOf(directMs, 0.99);
  const inSlot = slotMs.map((ms, index) => ms + nextMs[index]! - direct);
  const added = (quantileOf(inSlot, 0.5) - direct).toFixed(2);
  const tailAdded = (quantileOf(inSlot, 0.99) - tailDirect).toFixed(2);
  const before = (quantileOf(slotMs, 0.5) - direct).toFixed(2);
  return (
    `${added} ms added to ${direct.toFixed(2)} ms at the median, ${before} ms of it before the answer; ` +
    `${tailAdded} ms added to ${tailDirect.toFixed(2)} ms at p99`
  );
}

function quantileOf(values: readonly number[], share: number): number {
  return quantile(Float64Array.from(values), share);
}

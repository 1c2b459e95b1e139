import { Driver } from "../test/clients/support/driver.ts";
import { installedLanguages } from "../test/clients/support/languages.ts";
import { startChild, startHeadway } from "./support/child.ts";
import { benchConfig, writeConfig } from "./support/config-file.ts";
import { quantile } from "./support/quantile.ts";

const WARM_UP_CALLS = 1000;
const CALLS = 3000;

/**
 * What a slot around a direct call adds on loopback, for each client: one call after the other on an upstream that
 * answers at once, each without a slot and then in one, by the program that the contract suite drives.
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
      const { directMs, slotMs } = await driver.tell({ ...work, calls: CALLS });
      print(
        `  ${name}: ${added(directMs, slotMs, 0.5)} at the median, ${added(directMs, slotMs, 0.99)} at p99`,
      );
    } finally {
      await driver.stop();
    }
  }
}

/** How much longer a quantile of the calls in slots is. */
function added(directMs: readonly number[], slotMs: readonly number[], share: number): string {
  const direct = quantile(Float64Array.from(directMs), share);
  const slot = quantile(Float64Array.from(slotMs), share);
  return `${(slot - direct).toFixed(2)} ms added to ${direct.toFixed(2)} ms`;
}

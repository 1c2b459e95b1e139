import { afterEach, describe, expect, it, vi } from "vitest";
import { startHeadway } from "../support/service/start-headway.ts";
import { mostInWindow, StrictProvider } from "../support/service/strict-provider.ts";
import type { WorkersCommand } from "./support/commands.ts";
import { Driver } from "./support/driver.ts";
import { installedLanguages } from "./support/languages.ts";
import { Relay } from "./support/relay.ts";

const CALLS = 1_000;
const WORKERS = 50;
/** A window of one second and the guard of one: 1,000 calls take about six seconds. */
const LIMIT = { amount: 302, windowMs: 1_000 };
/** Of which the limit of the second test lets a hundred start before the restart. */
const RESTART_CALLS = 300;
const MODEL = "shared/one";

const config = (amount: number) => `
scheduler: {spacing: none}
providers:
  shared:
    type: openai_compatible
    base_url: http://127.0.0.1:1/v1
    api_key: none
    models:
      one:
        upstream_model: one
        limits: [{metric: requests, window: 1s, amount: ${amount}}]
`;

const languages = installedLanguages();
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startDrivers(address: string): Promise<readonly Driver[]> {
  const drivers = languages.map(({ driver }) => new Driver(driver, address));
  cleanups.push(async () => void (await Promise.all(drivers.map((driver) => driver.stop()))));
  return drivers;
}

const work = (url: string, calls: number): WorkersCommand => ({
  do: "workers",
  workers: Math.ceil(WORKERS / languages.length),
  calls,
  models: [MODEL],
  url,
});

describe("clients of all languages at once", () => {
  it("share one pool, and the provider refuses none of their calls", async () => {
    const provider = await StrictProvider.start(LIMIT);
    const headway = await startHeadway({ config: config(LIMIT.amount) });
    cleanups.push(
      () => provider.stop(),
      () => headway.close(),
    );
    const drivers = await startDrivers(headway.grpcAddress);
    const share = Math.ceil(CALLS / drivers.length);
    const answers = await Promise.all(drivers.map((driver) => driver.tell(work(provider.baseUrl, share))));
    expect(answers).toEqual(drivers.map(() => ({ statuses: { 200: share } })));
    // The auditor that shares no code with Headway.
    const arrivals = provider.seen.map(({ arrivedMs }) => arrivedMs);
    expect(arrivals).toHaveLength(share * drivers.length);
    expect(mostInWindow(arrivals, LIMIT.windowMs)).toBeLessThanOrEqual(LIMIT.amount - 2);
    await vi.waitFor(async () => {
      const { totals } = await headway.grpc.getUsage({ models: [MODEL] });
      expect(totals).toMatchObject({ requests: BigInt(share * drivers.length), errors: 0n });
    });
  });

  it("come back after Headway was restarted, and get all their calls done", async () => {
    const provider = await StrictProvider.start({ amount: 1_000_000, windowMs: 1_000 });
    const relay = await Relay.start();
    cleanups.push(
      () => provider.stop(),
      () => relay.stop(),
    );
    let headway = await startHeadway({ config: config(100) });
    cleanups.push(() => headway.close());
    relay.forwardTo(headway.grpcAddress);
    const drivers = await startDrivers(relay.address);
    const share = Math.ceil(RESTART_CALLS / drivers.length);
    const working = Promise.all(drivers.map((driver) => driver.tell(work(provider.baseUrl, share))));
    await vi.waitFor(() => expect(provider.seen.length).toBeGreaterThan(40));
    relay.forwardTo(undefined);
    await headway.close();
    headway = await startHeadway({ config: config(100) });
    relay.forwardTo(headway.grpcAddress);
    expect(await working).toEqual(drivers.map(() => ({ statuses: { 200: share } })));
    const { totals } = await headway.grpc.getUsage({ models: [MODEL] });
    expect(totals?.requests).toBeGreaterThan(0n);
  });
});

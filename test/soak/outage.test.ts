import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { outcomeOf } from "../support/service/failure.ts";
import { type Fault, FaultyServer } from "../support/service/faulty-server.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, collect } from "../support/service/talk.ts";

/** How long each outage goes on, in milliseconds: `HEADWAY_OUTAGE_SECONDS`, default 60. */
const OUTAGE_MS = Number(process.env.HEADWAY_OUTAGE_SECONDS ?? 60) * 1_000;
const WARM_MS = 5_000;
const EVERY_MS = 50;

const error =
  (status: number): Fault =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end('{"error": {"message": "No", "type": "error"}}');
  };
const FAULTS: Readonly<Record<string, Fault>> = {
  "fails every call": error(500),
  "answers 429": error(429),
  "cuts every call": (response) => void response.destroy(),
  hangs: () => {},
  "fails slowly": (response) => void setTimeout(() => error(500)(response), 1_000),
};

test.each(Object.keys(FAULTS).flatMap((name) => [true, false].map((isStreamed) => ({ name, isStreamed }))))(
  "with a healthy second, a primary on a real socket that $name costs no answers (streamed: $isStreamed)",
  async ({ name, isStreamed }) => {
    const primary = await FaultyServer.start();
    const second = await FaultyServer.start();
    const provider = (url: string) =>
      `{type: openai_compatible, base_url: "${url}/v1", api_key: none, timeout: 2s, first_token_timeout: 2s, retry_delay: 50ms, models: {m: {limits: {rpm: 60000}}}}`;
    const headway = await startHeadway({
      config: `scheduler: {max_wait: 500ms}\nproviders: {primary: ${provider(primary.url)}, second: ${provider(second.url)}}`,
    });
    onTestFinished(async () => {
      await headway.close();
      await Promise.all([primary.stop(), second.stop()]);
    });
    const before = await traffic(headway, isStreamed, WARM_MS);
    const callsBefore = primary.requestCount;
    primary.fault = FAULTS[name]!;
    const during = await traffic(headway, isStreamed, OUTAGE_MS);
    const calls = primary.requestCount - callsBefore;
    primary.fault = undefined;
    console.log(
      `${name}, streamed ${isStreamed}: ${during.failures} of ${during.latenciesMs.length} failed; p99 ${p99(before).toFixed(0)} ms before, ` +
        `${p99(during).toFixed(0)} ms during; ${calls} calls of the primary`,
    );
    expect(before.failures).toBe(0);
    expect(during.failures / during.latenciesMs.length).toBeLessThanOrEqual(0.001);
    expect(calls).toBeLessThan(during.latenciesMs.length / 2);
  },
);

interface Traffic {
  readonly failures: number;
  readonly latenciesMs: readonly number[];
}

async function traffic(headway: Headway, isStreamed: boolean, durationMs: number): Promise<Traffic> {
  const request = ask("hello", { model: "primary/m", fallbackModels: ["second/m"] });
  const latenciesMs: number[] = [];
  let failures = 0;
  const one = async (): Promise<void> => {
    const startMs = performance.now();
    const isAnswered = isStreamed
      ? (await collect(headway.grpc.streamComplete({ request }))).failure === undefined
      : (await outcomeOf(headway.grpc.complete(request))) === "OK";
    if (!isAnswered) failures++;
    latenciesMs.push(performance.now() - startMs);
  };
  const running: Promise<void>[] = [];
  for (let sent = 0; sent * EVERY_MS < durationMs; sent++) {
    running.push(one());
    await pause(EVERY_MS);
  }
  await Promise.all(running);
  return { failures, latenciesMs };
}

function p99({ latenciesMs }: Traffic): number {
  return latenciesMs.toSorted((one, other) => one - other)[Math.floor(latenciesMs.length * 0.99)]!;
}

import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { outcomeOf } from "../support/service/failure.ts";
import { type Fault, FaultyServer, streamPiece } from "../support/service/faulty-server.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, collect } from "../support/service/talk.ts";

/** How long each outage goes on, in milliseconds: `HEADWAY_OUTAGE_SECONDS`, default 60. */
const OUTAGE_MS = Number(process.env.HEADWAY_OUTAGE_SECONDS ?? 60) * 1_000;
const WARM_MS = 5_000;
/** The longest that a breaker stays open or a pool holds, and a little more. */
const LONGEST_RECOVERY_MS = 65_000;
/** How long traffic goes on once the primary is called again. */
const AFTER_RECOVERY_MS = 5_000;
const EVERY_MS = 50;

const error =
  (status: number): Fault =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end('{"error": {"message": "No", "type": "error"}}');
  };
const cut: Fault = (response) => void response.destroy();
/** Breaks off a stream so long after its first piece, and any other call at once. */
const cutBegun =
  (afterMs: number): Fault =>
  (response, isStream) => {
    if (!isStream) return cut(response, isStream);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(streamPiece("partly"));
    setTimeout(() => response.destroy(), afterMs);
  };

type Streamed = "all" | "none" | "mixed";

/** `begunCount`: streams that have begun when the first of them breaks off, and cannot be begun elsewhere. */
const RUNS: readonly { name: string; fault: Fault; streamed: Streamed; begunCount: number }[] = [
  ...Object.entries<Fault>({
    "fails every call": error(500),
    "answers 429": error(429),
    "cuts every call": cut,
    hangs: () => {},
    "fails slowly": (response) => void setTimeout(() => error(500)(response, false), 1_000),
  }).flatMap(([name, fault]) =>
    (["none", "all"] as const).map((streamed) => ({ name, fault, streamed, begunCount: 0 })),
  ),
  ...(["all", "mixed"] as const).flatMap((streamed) => [
    { name: "cuts streams just begun", fault: cutBegun(10), streamed, begunCount: 1 },
    {
      name: "cuts streams after a second",
      fault: cutBegun(1_000),
      streamed,
      begunCount: 1_000 / EVERY_MS + 1,
    },
  ]),
];

test.each(RUNS)(
  "with a healthy second, a primary on a real socket that $name costs no other answers (streamed: $streamed)",
  async ({ name, fault, streamed, begunCount }) => {
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
    const before = await traffic(headway, streamed, (elapsedMs) => elapsedMs >= WARM_MS);
    const callsBefore = primary.requestCount;
    primary.fault = fault;
    const during = await traffic(headway, streamed, (elapsedMs) => elapsedMs >= OUTAGE_MS);
    const calls = primary.requestCount - callsBefore;
    const secondCalls = second.requestCount;
    primary.fault = undefined;
    const endMs = performance.now();
    const backMs = (): number =>
      (primary.arrivalsMs.find((atMs) => atMs >= endMs) ?? Number.POSITIVE_INFINITY) - endMs;
    const after = await traffic(headway, streamed, (elapsedMs) => {
      const lastMs = Math.min(backMs() + AFTER_RECOVERY_MS, LONGEST_RECOVERY_MS);
      return elapsedMs >= lastMs;
    });
    const back = primary.arrivalsMs.filter((atMs) => atMs >= endMs);
    const { failures, latenciesMs } = during;
    console.log(
      `${name}, streamed ${streamed}: ${failures} of ${latenciesMs.length} failed (${percent(during)}); ` +
        `p99 ${p99(before).toFixed(0)} ms before, ${p99(during).toFixed(0)} ms during; ` +
        `${calls} calls of the primary, which was called again ${backMs().toFixed(0)} ms after the end, ` +
        `at most ${mostInASecond(back)} times in a second, with at most ${mostInASecond(after.sentMs)} requests; ${second.requestCount - secondCalls} calls of the second after the end`,
    );
    expect(before.failures).toBe(0);
    expect(failures).toBeLessThanOrEqual(Math.max(begunCount, latenciesMs.length / 1_000));
    expect(calls).toBeLessThan(latenciesMs.length / 2);
    expect(after.failures).toBe(0);
    // All traffic is back, and comes no faster than it is asked for.
    expect(back.length).toBeGreaterThan(0);
    expect(mostInASecond(back)).toBeLessThanOrEqual(1.2 * mostInASecond(after.sentMs));
  },
);

interface Traffic {
  readonly failures: number;
  readonly latenciesMs: readonly number[];
  /** When each request was sent, by `performance.now()`. */
  readonly sentMs: readonly number[];
}

/** Sends a request every {@link EVERY_MS}, those too that a busy machine has missed, until it is over. */
async function traffic(
  headway: Headway,
  streamed: Streamed,
  isOver: (elapsedMs: number) => boolean,
): Promise<Traffic> {
  const request = ask("hello", { model: "primary/m", fallbackModels: ["second/m"] });
  const latenciesMs: number[] = [];
  const sentMs: number[] = [];
  let failures = 0;
  const one = async (isStream: boolean): Promise<void> => {
    const startMs = performance.now();
    sentMs.push(startMs);
    const isAnswered = isStream
      ? (await collect(headway.grpc.streamComplete({ request }))).failure === undefined
      : (await outcomeOf(headway.grpc.complete(request))) === "OK";
    if (!isAnswered) failures++;
    latenciesMs.push(performance.now() - startMs);
  };
  const running: Promise<void>[] = [];
  const beganMs = performance.now();
  for (let sent = 0; !isOver(performance.now() - beganMs); sent++) {
    running.push(one(streamed === "all" || (streamed === "mixed" && sent % 2 === 0)));
    await pause(beganMs + (sent + 1) * EVERY_MS - performance.now());
  }
  await Promise.all(running);
  return { failures, latenciesMs, sentMs };
}

function p99({ latenciesMs }: Traffic): number {
  return latenciesMs.toSorted((one, other) => one - other)[Math.floor(latenciesMs.length * 0.99)]!;
}

function percent({ failures, latenciesMs }: Traffic): string {
  return `${(100 * (1 - failures / latenciesMs.length)).toFixed(2)} % answered`;
}

/** The most of these instants that are within one second. */
function mostInASecond(instantsMs: readonly number[]): number {
  return Math.max(
    0,
    ...instantsMs.map(
      (fromMs) => instantsMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + 1_000).length,
    ),
  );
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { Secret } from "../../../src/core/secret.ts";
import type { Alert } from "../../../src/cost/alerts/alert.ts";
import { AlertMonitor, type AlertMonitorOptions } from "../../../src/cost/alerts/alert-monitor.ts";
import type { AlertStore } from "../../../src/cost/alerts/alert-store.ts";
import type { Webhook } from "../../../src/cost/alerts/webhook.ts";
import { MemoryAlerts } from "../../../src/stores/memory/alerts.ts";
import { MemoryLedger } from "../../../src/stores/memory/ledger.ts";
import { SqliteLedger } from "../../../src/stores/sqlite/ledger.ts";
import { createWebhookPoster } from "../../../src/web/post-webhook.ts";
import { makeEntry } from "../../support/ledger/make-entry.ts";
import { type ReceivedPost, WebhookReceiver } from "../../support/service/webhook-receiver.ts";
import { DEFAULT_ALERT_SETTINGS } from "./default-settings.ts";

const START_MS = Date.UTC(2026, 10, 22, 12);
const HOUR_MS = 3_600_000;
const SECRET = "a secret of ours";

let receiver: WebhookReceiver;
let nowMs: () => number;
const monitors: AlertMonitor[] = [];

beforeEach(async () => {
  nowMs = () => START_MS;
  receiver = await WebhookReceiver.start(SECRET, () => nowMs());
});
afterEach(async () => {
  await Promise.all(monitors.splice(0).map((monitor) => monitor.close()));
  await receiver.stop();
});

function webhook(changes: Partial<Webhook> = {}): Webhook {
  return { url: receiver.url, secret: new Secret(SECRET), format: "json", ...changes };
}

async function start(
  options: Partial<AlertMonitorOptions> = {},
): Promise<{ monitor: AlertMonitor; clock: ManualClock; raised: Alert[]; problems: string[] }> {
  const clock = (options.clock as ManualClock | undefined) ?? new ManualClock({ wallMs: START_MS });
  nowMs = () => clock.wallMs();
  const raised: Alert[] = [];
  const problems: string[] = [];
  const monitor = await AlertMonitor.start({
    clock,
    random: seededRandom(1),
    settings: DEFAULT_ALERT_SETTINGS,
    webhooks: [webhook()],
    poster: createWebhookPoster(),
    store: new MemoryAlerts(),
    ledger: new MemoryLedger(),
    budgets: () => [],
    providers: () => [{ name: "openai", isDown: true }],
    onAlert: (alert) => raised.push(alert),
    onProblem: (explanation) => problems.push(explanation),
    ...options,
  });
  monitors.push(monitor);
  return { monitor, clock, raised, problems };
}

/** Lets the clock run in steps, with turns for sockets in between, until a condition holds. */
async function runUntil(clock: ManualClock, holds: () => boolean, stepMs = 1_000): Promise<void> {
  for (let step = 0; step < 2_000 && !holds(); step++) {
    clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(holds()).toBe(true);
}

describe("raising", () => {
  test("each once per period, listed newest first", async () => {
    const { monitor, clock, raised } = await start();
    await runUntil(clock, () => raised.length === 2, 60_000);
    expect(raised.map(({ kind, provider }) => `${kind} ${provider}`)).toEqual([
      "provider_down openai",
      "provider_down openai",
    ]);
    expect(raised[1]!.wallMs - raised[0]!.wallMs).toBeGreaterThan(HOUR_MS / 2);
    expect(monitor.list()).toEqual([raised[1], raised[0]]);
    expect(monitor.list(raised[1]!.wallMs)).toEqual([raised[1]]);
    expect(monitor.list(0, raised[1]!.wallMs)).toEqual([raised[0]]);
  });

  test("counts the calls that it is told of", async () => {
    const { monitor, clock, raised } = await start({ providers: () => [] });
    for (let index = 0; index < 20; index++) {
      monitor.record(makeEntry({ wallMs: START_MS, outcome: "failed", reason: "RATE_LIMITED" }));
    }
    await runUntil(clock, () => raised.length === 2);
    expect(raised.map(({ kind }) => kind)).toEqual(["rate_limit_hits", "error_rate"]);
  });

  test("compares the running hour with the ledger", async () => {
    const ledger = new MemoryLedger();
    const spend = (wallMs: number, usd: number): void => {
      const totalNanoUsd = BigInt(usd) * 1_000_000_000n;
      const cost = { inputNanoUsd: 0n, outputNanoUsd: totalNanoUsd, totalNanoUsd, priceSource: "config" };
      ledger.record(makeEntry({ wallMs, cost }));
    };
    for (let hour = 1; hour <= 15 * 24; hour++) spend(START_MS - hour * HOUR_MS, 5);
    const { clock, raised } = await start({ ledger, providers: () => [] });
    spend(START_MS, 9);
    await runUntil(clock, () => clock.wallMs() > START_MS + 130_000, 10_000);
    expect(raised).toEqual([]);
    spend(START_MS + 1, 9);
    await runUntil(clock, () => raised.length === 1, 10_000);
    expect(raised[0]).toMatchObject({ kind: "unusual_spending", value: 18 });
  });
});

describe("many at once", () => {
  const names = Array.from({ length: 1_500 }, (_, index) => `p${index}`);

  test("each is raised once, however many there are, and is forgotten only when it is over", async () => {
    let down = names;
    const forgotten: string[] = [];
    const store: AlertStore = {
      load: async () => ({ records: [], calls: [] }),
      save: async () => {},
      forget: (keys) => void forgotten.push(...keys),
    };
    const { monitor, clock, raised } = await start({
      webhooks: [],
      store,
      providers: () => down.map((name) => ({ name, isDown: true })),
    });
    const minute = async (): Promise<void> => {
      const endMs = clock.wallMs() + 60_000;
      await runUntil(clock, () => clock.wallMs() >= endMs, 2_000);
    };
    await minute();
    expect(raised).toHaveLength(1_500);
    expect(forgotten).toEqual([]);
    down = [];
    for (let count = 0; count < 60; count++) await minute();
    await minute();
    expect(monitor.list()).toHaveLength(1_000);
    expect(forgotten).toEqual(raised.slice(0, 500).map(({ key }) => key));
  });
});

describe("sending", () => {
  test("signed JSON, and a text for Slack", async () => {
    const { clock, raised } = await start({
      webhooks: [webhook(), webhook({ format: "slack", secret: undefined })],
    });
    const { received } = receiver;
    const isSigned = ({ headers }: ReceivedPost): boolean => headers["webhook-signature"] !== undefined;
    const hasBoth = (): boolean => received.some(isSigned) && !received.every(isSigned);
    await runUntil(clock, hasBoth);
    const json = received.find(isSigned)!;
    const slack = received.find((one) => !isSigned(one))!;
    expect(receiver.acted).toEqual([json.body]);
    expect(json.headers["webhook-id"]).toBe(raised[0]!.id);
    expect(JSON.parse(json.body)).toEqual({
      type: "headway.provider_down",
      timestamp: new Date(raised[0]!.wallMs).toISOString(),
      data: {
        id: raised[0]!.id,
        kind: "provider_down",
        message: raised[0]!.message,
        value: 0,
        threshold: 0,
        provider: "openai",
      },
    });
    expect(JSON.parse(slack.body)).toEqual({ text: raised[0]!.message });
  });

  test("what is not taken is sent again with the same id and a fresh signature, then never again", async () => {
    receiver.behaviours = ["fail", "hang up", "fail", "take"];
    const { received } = receiver;
    const { clock, raised } = await start();
    await runUntil(clock, () => received.length === 4);
    for (let step = 0; step < 50; step++) {
      clock.advance(10_000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(received).toHaveLength(4);
    expect(new Set(received.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([raised[0]!.id]));
    expect(receiver.acted).toHaveLength(1);
    expect(new Set(received.map(({ headers }) => headers["webhook-timestamp"])).size).toBeGreaterThan(1);
  });

  test("one that is never taken holds up no other", async () => {
    receiver.refused = ({ body }) => JSON.parse(body).data.provider === "openai";
    const names = ["openai", "gemini", "anthropic"];
    const { clock } = await start({ providers: () => names.map((name) => ({ name, isDown: true })) });
    await runUntil(clock, () => receiver.received.length === 6);
    const providers = receiver.received.map(({ body }) => JSON.parse(body).data.provider);
    expect(providers).toEqual(["openai", "gemini", "anthropic", "openai", "openai", "openai"]);
    expect(receiver.acted).toHaveLength(2);
  });

  test("given up a day after it was raised, and said so without the address's secrets", async () => {
    receiver.behaviours = ["fail"];
    let isDown = true;
    const { clock, problems } = await start({ providers: () => [{ name: "openai", isDown }] });
    await runUntil(clock, () => receiver.received.length > 0);
    isDown = false;
    await runUntil(clock, () => problems.length === 1, 120_000);
    expect(problems[0]).toMatch(/could not be delivered to json http:\/\/127\.0\.0\.1:\d+: HTTP 503$/);
    expect(clock.wallMs()).toBeGreaterThan(START_MS + 24 * HOUR_MS);
  });
});

describe("restarts", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "headway-alerts-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (clock: ManualClock): Promise<SqliteLedger> =>
    SqliteLedger.open({ path: join(folder, "headway.db"), retentionMs: 1e12, clock });

  test("calls that ended before count on for their five minutes", async () => {
    const clock = new ManualClock({ wallMs: START_MS });
    const limited = (wallMs: number) => makeEntry({ wallMs, outcome: "failed", reason: "RATE_LIMITED" });
    const first = await open(clock);
    const before = await start({ clock, store: first.alerts, ledger: first, providers: () => [] });
    for (let call = 0; call < 9; call++) {
      const entry = limited(START_MS - (call < 4 ? 4 * 60_000 : 0));
      for (const sink of [first, before.monitor]) sink.record(entry);
    }
    for (let call = 0; call < 20; call++) {
      first.record({ ...limited(START_MS - 6 * 60_000), provider: "gemini" });
    }
    await before.monitor.close();
    await first.close();
    expect(before.raised).toEqual([]);

    const second = await open(clock);
    const after = await start({ clock, store: second.alerts, ledger: second, providers: () => [] });
    after.monitor.record(limited(START_MS));
    await runUntil(clock, () => after.raised.length > 0, 2_000);
    expect(after.raised).toMatchObject([{ kind: "rate_limit_hits", value: 10 }]);
    await after.monitor.close();
    await second.close();
  });

  test("nothing is raised or sent twice, and what was not delivered still is", async () => {
    const clock = new ManualClock({ wallMs: START_MS });
    const names = ["openai", "gemini"];
    const providers = () => names.map((name) => ({ name, isDown: true }));
    receiver.behaviours = ["take", "fail"];
    const { received } = receiver;

    const first = await open(clock);
    const before = await start({ clock, store: first.alerts, ledger: first, providers });
    await runUntil(clock, () => received.length >= 3, 200);
    await before.monitor.close();
    await first.close();
    receiver.behaviours = ["take"];
    const sentBefore = received.length;

    const second = await open(clock);
    const after = await start({ clock, store: second.alerts, ledger: second, providers });
    await runUntil(clock, () => received.length > sentBefore, 200);
    for (let step = 0; step < 60; step++) {
      clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(after.raised).toEqual([]);
    expect(after.monitor.list()).toEqual(before.monitor.list());
    expect(received).toHaveLength(sentBefore + 1);
    const [taken, failed] = before.raised;
    expect(received[0]!.headers["webhook-id"]).toBe(taken!.id);
    expect(received.at(-1)!.headers["webhook-id"]).toBe(failed!.id);
    await after.monitor.close();
    await second.close();
  });
});

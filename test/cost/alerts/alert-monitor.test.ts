import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { Secret } from "../../../src/core/secret.ts";
import { type Alert, DEFAULT_ALERT_SETTINGS } from "../../../src/cost/alerts/alert.ts";
import { AlertMonitor, type AlertMonitorOptions } from "../../../src/cost/alerts/alert-monitor.ts";
import { createWebhookPoster } from "../../../src/cost/alerts/post-webhook.ts";
import type { Webhook } from "../../../src/cost/alerts/webhook.ts";
import { MemoryAlerts } from "../../../src/stores/memory/alerts.ts";
import { MemoryLedger } from "../../../src/stores/memory/ledger.ts";
import { SqliteLedger } from "../../../src/stores/sqlite/ledger.ts";
import { makeEntry } from "../../support/ledger/make-entry.ts";

const START_MS = Date.UTC(2026, 10, 22, 12);
const HOUR_MS = 3_600_000;
const SECRET = "a secret of ours";

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server;
let received: Received[];
/** What the receiver does with the next requests; when empty it takes them. */
let behaviours: ("fail" | "hang up" | "take")[];
let url: string;
const poster = createWebhookPoster();
const monitors: AlertMonitor[] = [];

beforeEach(async () => {
  received = [];
  behaviours = [];
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    received.push({ headers: request.headers, body });
    const behaviour = behaviours.shift() ?? "take";
    if (behaviour === "hang up") request.socket.destroy();
    else response.writeHead(behaviour === "take" ? 204 : 503).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=hidden`;
});
afterEach(async () => {
  for (const monitor of monitors.splice(0)) monitor.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function webhook(changes: Partial<Webhook> = {}): Webhook {
  return { url, secret: new Secret(SECRET), format: "json", ...changes };
}

async function start(
  options: Partial<AlertMonitorOptions> = {},
): Promise<{ monitor: AlertMonitor; clock: ManualClock; raised: Alert[]; problems: string[] }> {
  const clock = (options.clock as ManualClock | undefined) ?? new ManualClock({ wallMs: START_MS });
  const raised: Alert[] = [];
  const problems: string[] = [];
  const monitor = await AlertMonitor.start({
    clock,
    random: seededRandom(1),
    settings: DEFAULT_ALERT_SETTINGS,
    webhooks: [webhook()],
    post: poster.post,
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

function isSigned({ headers, body }: Received): boolean {
  const text = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  return headers["webhook-signature"] === `v1,${createHmac("sha256", SECRET).update(text).digest("base64")}`;
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

describe("sending", () => {
  test("signed JSON, and a text for Slack", async () => {
    const { clock, raised } = await start({
      webhooks: [webhook(), webhook({ format: "slack", secret: undefined })],
    });
    await runUntil(clock, () => received.length === 2);
    const json = received.find(({ headers }) => headers["webhook-signature"] !== undefined)!;
    const slack = received.find((one) => one !== json)!;
    expect(isSigned(json)).toBe(true);
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
    behaviours = ["fail", "hang up", "fail", "take"];
    const { clock, raised } = await start();
    await runUntil(clock, () => received.length === 4);
    for (let step = 0; step < 50; step++) {
      clock.advance(10_000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(received).toHaveLength(4);
    expect(new Set(received.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([raised[0]!.id]));
    expect(received.every(isSigned)).toBe(true);
    expect(new Set(received.map(({ headers }) => headers["webhook-timestamp"])).size).toBeGreaterThan(1);
  });

  test("given up a day after it was raised, and said so without the address's secrets", async () => {
    behaviours = Array.from({ length: 5_000 }, () => "fail");
    let isDown = true;
    const { clock, problems } = await start({ providers: () => [{ name: "openai", isDown }] });
    await runUntil(clock, () => received.length > 0);
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

  test("nothing is raised or sent twice, and what was not delivered still is", async () => {
    const clock = new ManualClock({ wallMs: START_MS });
    const open = (): Promise<SqliteLedger> =>
      SqliteLedger.open({ path: join(folder, "headway.db"), retentionMs: 1e12, clock });
    const names = ["openai", "gemini"];
    const providers = () => names.map((name) => ({ name, isDown: true }));
    behaviours = ["take", ...Array.from({ length: 1_000 }, () => "fail" as const)];

    const first = await open();
    const before = await start({ clock, store: first.alerts, ledger: first, providers });
    await runUntil(clock, () => received.length >= 3, 200);
    before.monitor.close();
    await first.close();
    behaviours = [];
    const sentBefore = received.length;

    const second = await open();
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
    after.monitor.close();
    await second.close();
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { AlertKind } from "../../gen/es/headway/v1/alert_pb.js";
import { SlotOutcome } from "../../gen/es/headway/v1/slots_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { lineWith, start as startCommand, writeConfig } from "../cli/program.ts";
import { failureOf, outcomeOf } from "../support/service/failure.ts";
import { PaidProvider } from "../support/service/paid-provider.ts";
import { recordSpans } from "../support/service/recorded-spans.ts";
import { DOORS, type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask } from "../support/service/talk.ts";
import { WebhookReceiver } from "../support/service/webhook-receiver.ts";

const START_MS = Date.UTC(2026, 10, 22, 12);
const SECRET = "sign-with-this";
const ADMIN = { headers: { authorization: "Bearer admin-secret" } };

let clock: ManualClock;
let receiver: WebhookReceiver;
let provider: PaidProvider;
beforeEach(async () => {
  clock = new ManualClock({ wallMs: START_MS });
  receiver = await WebhookReceiver.start(SECRET, () => clock.wallMs());
  onTestFinished(() => receiver.stop());
  provider = await PaidProvider.start(() => 100);
  onTestFinished(() => provider.stop());
});

/** Answers of `own/a` cost 2 cents; nobody listens for `gone/a`. */
function configText(sections: readonly string[] = []): string {
  const models =
    "models: {a: {upstream_model: a, context_window: 8192, max_output_tokens: 512, " +
    "price: {input_per_million_usd: 0, output_per_million_usd: 200}}}";
  const rest = "type: openai_compatible, api_key: none, limits: {rpm: 1000000}, max_retries: 0";
  return [
    "admin_token: admin-secret",
    "scheduler: {spacing: none}",
    "providers:",
    `  own: {${rest}, base_url: "${provider.baseUrl}", ${models}}`,
    `  gone: {${rest}, base_url: "http://127.0.0.1:9/v1", ${models}}`,
    "budgets: {alert_threshold: [0.5, 0.8], scopes: [{provider: own, monthly_usd: 0.1}]}",
    `alerts: {webhooks: [{url: "${receiver.url.reveal()}", secret: ${SECRET}}]}`,
    ...sections,
  ].join("\n");
}

async function start(storagePath?: string, tracing = false): Promise<Headway> {
  const config = configText();
  const headway = await startHeadway({
    config,
    clock,
    tracing,
    ...(storagePath !== undefined && { storagePath }),
  });
  onTestFinished(() => headway.close());
  return headway;
}

/** Lets the service look until `count` alerts were acted on. */
async function actedOn(
  count: number,
): Promise<{ kind: string; provider?: string; threshold: number; budget?: { reset_time: string } }[]> {
  await vi.waitFor(
    () => {
      clock.advance(500);
      expect(receiver.acted.length).toBeGreaterThanOrEqual(count);
    },
    { interval: 5 },
  );
  return receiver.acted.map((body) => JSON.parse(body).data);
}

const hello = (model: string) => ask("hello", { model, maxOutputTokens: 100n });

/** Slots whose calls are all on their way before the first of them comes back with 429. */
async function failSlots(headway: Headway, count: number): Promise<void> {
  const slots = await Promise.all(
    Array.from({ length: count }, () => headway.grpc.acquireSlot({ models: ["gone/a"], inputTokens: 1n })),
  );
  for (const { slotId } of slots) {
    await headway.grpc.settleSlot({ slotId, outcome: SlotOutcome.RATE_LIMITED, providerStatusCode: 429 });
  }
}

describe("alerts of a running service", () => {
  it("come of budgets, 429s, failures and breakers, by webhook, ListAlerts and log, each once", async () => {
    const headway = await start();
    for (let call = 0; call < 6; call++) await outcomeOf(headway.grpc.complete(hello("own/a")));
    const ofBudget = await actedOn(3);
    expect(ofBudget.map(({ kind, threshold }) => [kind, threshold])).toEqual([
      ["budget_threshold", 0.5],
      ["budget_threshold", 0.8],
      ["budget_exceeded", 1],
    ]);
    await failSlots(headway, 20);
    const ofCalls = (await actedOn(5)).slice(3);
    expect(ofCalls.map(({ kind, provider: name }) => `${kind} ${name}`)).toEqual([
      "rate_limit_hits gone",
      "error_rate gone",
    ]);
    clock.advance(100_000);
    expect(receiver.acted).toHaveLength(5);

    for (const door of DOORS) {
      const { alerts } = await headway.admin[door].listAlerts({}, ADMIN);
      expect(alerts.map(({ kind }) => kind)).toEqual([
        AlertKind.ERROR_RATE,
        AlertKind.RATE_LIMIT_HITS,
        AlertKind.BUDGET_EXCEEDED,
        AlertKind.BUDGET_THRESHOLD,
        AlertKind.BUDGET_THRESHOLD,
      ]);
      expect(alerts.map(({ id }) => id).reverse()).toEqual(
        receiver.received.map(({ headers }) => headers["webhook-id"]),
      );
      expect(alerts[2]!.budget).toMatchObject({ amountNanoUsd: 100_000_000n, usedNanoUsd: 100_000_000n });
      const bad = headway.admin[door].listAlerts(
        { startTime: { seconds: 2n }, endTime: { seconds: 1n } },
        ADMIN,
      );
      expect((await failureOf(bad)).fields).toEqual(["end_time"]);
      expect(await failureOf(headway.admin[door].listAlerts({}))).toMatchObject({ code: "Unauthenticated" });
    }
    expect(headway.logs()).toContain("said 429 to 20 of 20 calls");
    expect(headway.logs()).not.toMatch(/key=hidden|sign-with-this/);
  });

  it("tell of a provider that is down, also when its other models were never called", async () => {
    const headway = await start();
    for (let call = 0; call < 5; call++) await outcomeOf(headway.grpc.complete(hello("gone/a")));
    const [alert] = await actedOn(1);
    expect(alert).toMatchObject({ kind: "provider_down", provider: "gone" });
  });

  it("come of what a budget spent in the last moment of its period", async () => {
    const endMs = Date.UTC(2026, 11, 1);
    clock = new ManualClock({ wallMs: endMs - 1_000 });
    const headway = await start();
    for (let call = 0; call < 6; call++) await outcomeOf(headway.grpc.complete(hello("own/a")));
    clock.advance(1_000);
    const alerts = await actedOn(3);
    expect(alerts.map(({ kind, threshold }) => [kind, threshold])).toEqual([
      ["budget_threshold", 0.5],
      ["budget_threshold", 0.8],
      ["budget_exceeded", 1],
    ]);
    expect(alerts.every(({ budget }) => Date.parse(budget!.reset_time) === endMs)).toBe(true);
    const { budgets } = await headway.grpc.getUsage({});
    expect(budgets[0]).toMatchObject({ usedNanoUsd: 0n });
    clock.advance(60_000);
    expect((await headway.admin.grpc.listAlerts({}, ADMIN)).alerts).toHaveLength(3);
  });

  it("are events in traces", async () => {
    const recorder = recordSpans();
    onTestFinished(() => recorder.stop());
    const headway = await start(undefined, true);
    await failSlots(headway, 10);
    await actedOn(1);
    const span = recorder.spans().find(({ name }) => name === "alert")!;
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.events).toMatchObject([
      {
        name: "headway.alert",
        attributes: {
          "headway.alert.kind": "rate_limit_hits",
          "headway.alert.provider": "gone",
          "headway.alert.value": 10,
          "headway.alert.threshold": 10,
          "headway.alert.id": receiver.received[0]!.headers["webhook-id"],
        },
      },
    ]);
  });

  it("cannot be forged or replayed past a receiver that checks them", async () => {
    const headway = await start();
    await failSlots(headway, 10);
    await actedOn(1);
    const [post] = receiver.received;
    expect(await receiver.replay(post!)).toBe(204);
    expect(await receiver.replay({ ...post!, body: post!.body.replace("429", "428") })).toBe(401);
    const headers = { ...post!.headers, "webhook-timestamp": String(Number(START_MS / 1000) + 900) };
    expect(await receiver.replay({ ...post!, headers })).toBe(401);
    clock.advance(600_000);
    expect(await receiver.replay(post!)).toBe(400);
    expect(receiver.acted).toHaveLength(1);
  });
});

describe("over a restart", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "headway-alerts-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
  });

  it("nothing is sent twice, and what was found at the end is sent by the next start", async () => {
    const path = join(folder, "headway.db");
    const first = await start(path);
    for (let call = 0; call < 3; call++) await outcomeOf(first.grpc.complete(hello("own/a")));
    await actedOn(1);
    for (let call = 0; call < 3; call++) await outcomeOf(first.grpc.complete(hello("own/a")));
    await first.close();
    expect(receiver.received).toHaveLength(1);

    const second = await start(path);
    const acted = await actedOn(3);
    expect(acted.map(({ threshold }) => threshold)).toEqual([0.5, 0.8, 1]);
    clock.advance(100_000);
    expect(receiver.received).toHaveLength(3);
    const { alerts } = await second.admin.grpc.listAlerts({}, ADMIN);
    expect(alerts).toHaveLength(3);
  });

  it("a process that is killed while it tells has told once when the next one has", async () => {
    receiver = await WebhookReceiver.start(SECRET, () => Date.now());
    onTestFinished(() => receiver.stop());
    receiver.behaviours = ["hold"];
    const config = writeConfig(
      configText([
        'listen: {grpc: "127.0.0.1:0", http: "127.0.0.1:0"}',
        `storage: {path: ${JSON.stringify(join(folder, "headway.db"))}}`,
      ]),
    );
    const serve = async () => {
      const server = startCommand(["serve", "--config", config]);
      const { http } = JSON.parse(await lineWith(server, '"msg":"serving"')) as { http: string };
      return { server, http };
    };
    const first = await serve();
    const call = async (rpc: string, body: object): Promise<{ alerts?: readonly unknown[] }> => {
      const answer = await fetch(`http://${first.http}/headway.v1.${rpc}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...ADMIN.headers },
        body: JSON.stringify(body),
      });
      return (await answer.json()) as { alerts?: readonly unknown[] };
    };
    const messages = [{ role: "ROLE_USER", parts: [{ text: "x" }] }];
    for (let count = 0; count < 6; count++) {
      await call("HeadwayService/Complete", { model: "own/a", maxOutputTokens: 100, messages });
    }
    await vi.waitFor(async () => {
      expect((await call("AdminService/ListAlerts", {})).alerts).toHaveLength(3);
      expect(receiver.received).toHaveLength(1);
    });
    first.server.child.kill("SIGKILL");
    await first.server.ending;
    expect(receiver.acted).toHaveLength(1);

    receiver.behaviours = ["take"];
    const second = await serve();
    await vi.waitFor(() => expect(receiver.confirmed).toHaveLength(3));
    expect(receiver.acted.map((body) => JSON.parse(body).data.threshold)).toEqual([0.5, 0.8, 1]);
    expect(receiver.received).toHaveLength(4);
    second.server.child.kill("SIGTERM");
    expect((await second.server.ending).code).toBe(0);
  });
});

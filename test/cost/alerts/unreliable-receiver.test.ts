import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { Secret } from "../../../src/core/secret.ts";
import type { Alert } from "../../../src/cost/alerts/alert.ts";
import { AlertMonitor } from "../../../src/cost/alerts/alert-monitor.ts";
import type { WebhookPoster } from "../../../src/cost/alerts/webhook-poster.ts";
import { SqliteLedger } from "../../../src/stores/sqlite/ledger.ts";
import { createWebhookPoster } from "../../../src/web/post-webhook.ts";
import { type ReceiverBehaviour, WebhookReceiver } from "../../support/service/webhook-receiver.ts";
import { DEFAULT_ALERT_SETTINGS } from "./default-settings.ts";

const BEHAVIOURS: readonly ReceiverBehaviour[] = ["take", "fail", "hang up", "take and hang up", "hold"];
const ROUNDS = 30;

/**
 * Providers break one after the other while the receiver behaves at random and the service is started again and again,
 * half of the times after it closed and half after it was cut off.
 */
test.each([1, 2, 3])("nothing is lost and nothing acted on twice (seed %i)", async (seed) => {
  const random = seededRandom(seed);
  const clock = new ManualClock({ wallMs: Date.UTC(2026, 10, 22, 12) });
  const receiver = await WebhookReceiver.start("a secret", () => clock.wallMs());
  const folder = mkdtempSync(join(tmpdir(), "headway-outbox-"));
  const raised: Alert[] = [];
  const broken: string[] = [];
  /** Ids of messages of which the service has learned that they were taken. */
  const known = new Set<string>();
  const resent: string[] = [];

  const startService = async () => {
    const ledger = await SqliteLedger.open({ path: join(folder, "headway.db"), retentionMs: 1e12, clock });
    const sockets = createWebhookPoster();
    const process = { isAlive: true };
    const poster: WebhookPoster = {
      async post(url, message) {
        const problem = await sockets.post(url, message);
        if (problem === undefined) known.add(message.headers["webhook-id"]!);
        return problem;
      },
      close: () => sockets.close(),
    };
    const monitor = await AlertMonitor.start({
      clock,
      random,
      settings: DEFAULT_ALERT_SETTINGS,
      webhooks: [{ url: receiver.url, secret: new Secret("a secret"), format: "json" }],
      poster,
      store: ledger.alerts,
      ledger,
      budgets: () => [],
      providers: () => (process.isAlive ? broken.map((name) => ({ name, isDown: true })) : []),
      onAlert: (alert) => raised.push(alert),
      onProblem: (explanation) => expect.fail(explanation),
    });
    return { ledger, monitor, poster, process };
  };
  const turns = async (count: number): Promise<void> => {
    for (let turn = 0; turn < count; turn++) {
      clock.advance(700);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };

  /** What the receiver acted on is not over for the service before it has said so. */
  const confirmed = (): Set<string> => new Set(receiver.confirmed);

  let service = await startService();
  for (let round = 0; round < ROUNDS; round++) {
    broken.push(`provider-${round}`);
    receiver.behaviours = [BEHAVIOURS[Math.floor(random.next() * BEHAVIOURS.length)]!];
    await turns(6);
    if (random.next() < 0.5) receiver.release();
    if (random.next() > 0.3) continue;
    const sure = new Set(known);
    if (random.next() < 0.5) {
      const closed = service.monitor.close();
      receiver.release();
      await closed;
    } else {
      // As by a crash: what is on its way is cut, and nothing is found or told any more.
      service.process.isAlive = false;
      await service.poster.close();
    }
    await service.ledger.close();
    const before = receiver.received.length;
    service = await startService();
    await turns(2);
    const ids = receiver.received.slice(before).map(({ headers }) => String(headers["webhook-id"]));
    resent.push(...ids.filter((id) => sure.has(id)));
  }
  receiver.behaviours = ["take"];
  receiver.release();
  for (let round = 0; round < 3_000 && confirmed().size < ROUNDS; round++) await turns(1);
  await service.monitor.close();
  await service.ledger.close();
  await receiver.stop();
  rmSync(folder, { recursive: true });

  const acted = receiver.acted.map((body) => JSON.parse(body).data.provider as string);
  expect(acted.sort()).toEqual([...broken].sort());
  expect(raised).toHaveLength(ROUNDS);
  expect(confirmed().size).toBe(ROUNDS);
  expect(resent).toEqual([]);
});

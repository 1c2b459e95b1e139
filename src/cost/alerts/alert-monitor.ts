import type { Clock, Timer } from "../../core/clock.ts";
import { makeId } from "../../core/id.ts";
import type { Random } from "../../core/random.ts";
import type { BudgetReport } from "../budget/budget-report.ts";
import type { LedgerStore } from "../ledger/ledger-store.ts";
import type { LedgerEntry, LedgerSink } from "../ledger.ts";
import type { Alert, AlertFinding, AlertSettings } from "./alert.ts";
import { AlertDelivery } from "./alert-delivery.ts";
import type { AlertRecord, AlertStore } from "./alert-store.ts";
import { findBudgetAlerts } from "./budget-alerts.ts";
import { findCallAlerts, findDownAlerts, type ProviderState } from "./provider-alerts.ts";
import { RECENT_MS, RecentCalls } from "./recent-calls.ts";
import { SpendingWatch } from "./spending-watch.ts";
import { type Webhook, webhookId, webhookName } from "./webhook.ts";
import type { WebhookPoster } from "./webhook-poster.ts";

/** Shorter than a breaker is open. */
const EVALUATE_EVERY_MS = 2_000;
/** Alerts above this number are forgotten, the oldest first, unless they could be raised once more. */
const MOST_ALERTS = 1_000;
/** How long a webhook that is being told may take when the service ends. */
const LAST_POST_MS = 2_000;
/** Findings that come and go within a period have periods of an hour. */
const REMEMBER_MS = 3_600_000;

/** What an {@link AlertMonitor} watches and where it tells. */
export interface AlertMonitorOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: AlertSettings;
  readonly webhooks: readonly Webhook[];
  /** Closed with the monitor. */
  readonly poster: WebhookPoster;
  readonly store: AlertStore;
  readonly ledger: Pick<LedgerStore, "query">;
  readonly budgets: () => readonly BudgetReport[];
  readonly providers: () => readonly ProviderState[];
  /** Told of each alert when it is raised. */
  readonly onAlert: (alert: Alert) => void;
  /** Told, for people, what went wrong with telling: a webhook that was given up. */
  readonly onProblem: (explanation: string) => void;
}

/**
 * Looks every 2 seconds whether something is worth an alert, and tells: in a list and by webhooks. What was raised is
 * remembered over restarts, so that nothing is raised twice and what was not delivered still is.
 */
export class AlertMonitor implements LedgerSink {
  readonly #options: AlertMonitorOptions;
  readonly #calls = new RecentCalls();
  readonly #spending: SpendingWatch;
  readonly #deliveries: ReadonlyMap<string, AlertDelivery>;
  readonly #records = new Map<string, AlertRecord>();
  readonly #saving = new Set<Promise<void>>();
  #timer: Timer | undefined;
  #isClosed = false;

  private constructor(options: AlertMonitorOptions) {
    this.#options = options;
    this.#spending = new SpendingWatch(options.ledger, options.settings.unusualSpendingUsd);
    const { clock, random, poster } = options;
    this.#deliveries = new Map(
      options.webhooks.map((webhook) => {
        const onDone = (alert: Alert, problem: string | undefined): void =>
          this.#delivered(webhook, alert, problem);
        return [webhookId(webhook), new AlertDelivery({ webhook, post: poster.post, clock, random, onDone })];
      }),
    );
  }

  /** Begins to watch, with what was raised and not delivered before, and the calls that ended before. */
  static async start(options: AlertMonitorOptions): Promise<AlertMonitor> {
    const monitor = new AlertMonitor(options);
    const { records, calls } = await options.store.load(options.clock.wallMs() - RECENT_MS);
    for (const ended of calls) monitor.#calls.record(ended, ended.count);
    for (const record of records) {
      monitor.#records.set(record.alert.key, record);
      for (const id of record.undelivered) monitor.#deliveries.get(id)?.send(record.alert);
    }
    monitor.#evaluateLater();
    return monitor;
  }

  record(entry: LedgerEntry): void {
    this.#calls.record(entry);
  }

  /** The alerts that were raised in a stretch of wall time, the end excluded; the newest first. */
  list(startWallMs = Number.NEGATIVE_INFINITY, endWallMs = Number.POSITIVE_INFINITY): Alert[] {
    const alerts = [...this.#records.values()].map(({ alert }) => alert).reverse();
    return alerts.filter(({ wallMs }) => wallMs >= startWallMs && wallMs < endWallMs);
  }

  /**
   * Raises what is worth it now, for the next start to send, and ends. A webhook that is being told has 2 seconds more:
   * what it takes within them need not be sent again.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    const { clock, poster } = this.#options;
    this.#isClosed = true;
    this.#timer?.cancel();
    const closed = [...this.#deliveries.values()].map((delivery) => delivery.close());
    this.#raise(this.#findNow());
    const cut = clock.after(LAST_POST_MS, () => void poster.close());
    await Promise.all(closed);
    cut.cancel();
    await poster.close();
    await Promise.all(this.#saving);
  }

  #evaluateLater(): void {
    if (this.#isClosed) return;
    this.#timer = this.#options.clock.after(EVALUATE_EVERY_MS, async () => {
      await this.#evaluate();
      this.#evaluateLater();
    });
  }

  async #evaluate(): Promise<void> {
    const found = this.#findNow();
    this.#raise(found);
    this.#forget(new Set(found.map(({ key }) => key)));
    try {
      const unusual = await this.#spending.find(this.#options.clock.wallMs());
      if (!this.#isClosed) this.#raise(unusual);
    } catch {
      // The ledger cannot be read now and says so itself; the next look comes soon.
    }
  }

  #findNow(): AlertFinding[] {
    const { clock, settings, budgets, providers } = this.#options;
    const nowMs = clock.wallMs();
    return [
      ...findBudgetAlerts(budgets(), settings.budgetThresholds),
      ...findCallAlerts(this.#calls.counts(nowMs), settings, nowMs),
      ...findDownAlerts(providers(), nowMs),
    ];
  }

  #raise(findings: readonly AlertFinding[]): void {
    for (const finding of findings) {
      if (this.#records.has(finding.key)) continue;
      const alert = { ...finding, id: makeId("alert"), wallMs: this.#options.clock.wallMs() };
      this.#options.onAlert(alert);
      // Sent only once it is kept: else a crash between the two would have it raised and sent again under another id.
      void this.#keep({ alert, undelivered: [...this.#deliveries.keys()] }).then(() => {
        for (const delivery of this.#deliveries.values()) delivery.send(alert);
      });
    }
  }

  #delivered(webhook: Webhook, alert: Alert, problem: string | undefined): void {
    const undelivered = this.#records.get(alert.key)?.undelivered ?? [];
    void this.#keep({ alert, undelivered: undelivered.filter((id) => id !== webhookId(webhook)) });
    if (problem !== undefined) {
      this.#options.onProblem(
        `alert ${alert.id} could not be delivered to ${webhookName(webhook)}: ${problem}`,
      );
    }
  }

  #keep(record: AlertRecord): Promise<void> {
    this.#records.set(record.alert.key, record);
    const saving = this.#options.store.save(record).finally(() => this.#saving.delete(saving));
    this.#saving.add(saving);
    return saving;
  }

  /** Lets go of the oldest alerts above the bound that could not be raised again any more. */
  #forget(found: ReadonlySet<string>): void {
    const surplus = this.#records.size - MOST_ALERTS;
    if (surplus <= 0) return;
    const beforeMs = this.#options.clock.wallMs() - REMEMBER_MS;
    const isOver = ({ alert, undelivered }: AlertRecord): boolean =>
      undelivered.length === 0 && alert.wallMs < beforeMs && !found.has(alert.key);
    const keys = [...this.#records.values()]
      .filter(isOver)
      .slice(0, surplus)
      .map(({ alert }) => alert.key);
    for (const key of keys) this.#records.delete(key);
    if (keys.length > 0) this.#options.store.forget(keys);
  }
}

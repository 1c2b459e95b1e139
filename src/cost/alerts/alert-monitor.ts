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
import type { PostWebhook } from "./post-webhook.ts";
import { findCallAlerts, findDownAlerts, type ProviderState } from "./provider-alerts.ts";
import { RecentCalls } from "./recent-calls.ts";
import { SpendingWatch } from "./spending-watch.ts";
import type { Webhook } from "./webhook.ts";

const EVALUATE_EVERY_MS = 5_000;
/** Alerts remembered; older ones are no longer listed. */
const MOST_ALERTS = 1_000;

/** What an {@link AlertMonitor} watches and where it tells. */
export interface AlertMonitorOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: AlertSettings;
  readonly webhooks: readonly Webhook[];
  readonly post: PostWebhook;
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
 * Looks every 5 seconds whether something is worth an alert, and tells: in a list and by webhooks. What was raised is
 * remembered over restarts, so that nothing is raised twice and what was not delivered still is.
 */
export class AlertMonitor implements LedgerSink {
  readonly #options: AlertMonitorOptions;
  readonly #calls = new RecentCalls();
  readonly #spending: SpendingWatch;
  readonly #deliveries: ReadonlyMap<string, AlertDelivery>;
  readonly #records = new Map<string, AlertRecord>();
  #timer: Timer | undefined;
  #isClosed = false;

  private constructor(options: AlertMonitorOptions) {
    this.#options = options;
    this.#spending = new SpendingWatch(options.ledger, options.settings.unusualSpendingUsd);
    const { clock, random, post } = options;
    this.#deliveries = new Map(
      options.webhooks.map((webhook) => {
        const onDone = (alert: Alert, problem: string | undefined): void =>
          this.#delivered(webhook, alert, problem);
        return [idOf(webhook), new AlertDelivery({ webhook, post, clock, random, onDone })];
      }),
    );
  }

  /** Begins to watch, with what was raised and not delivered before. */
  static async start(options: AlertMonitorOptions): Promise<AlertMonitor> {
    const monitor = new AlertMonitor(options);
    for (const record of await options.store.load()) {
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

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const delivery of this.#deliveries.values()) delivery.close();
  }

  #evaluateLater(): void {
    if (this.#isClosed) return;
    this.#timer = this.#options.clock.after(EVALUATE_EVERY_MS, async () => {
      await this.#evaluate();
      this.#evaluateLater();
    });
  }

  async #evaluate(): Promise<void> {
    const { clock, settings, budgets, providers } = this.#options;
    const nowMs = clock.wallMs();
    this.#raise([
      ...findBudgetAlerts(budgets(), settings.budgetThresholds),
      ...findCallAlerts(this.#calls.counts(nowMs), settings, nowMs),
      ...findDownAlerts(providers(), nowMs),
    ]);
    try {
      this.#raise(await this.#spending.find(nowMs));
    } catch {
      // The ledger cannot be read now and says so itself; the next look is in 5 seconds.
    }
  }

  #raise(findings: readonly AlertFinding[]): void {
    if (this.#isClosed) return;
    for (const finding of findings) {
      if (this.#records.has(finding.key)) continue;
      const alert = { ...finding, id: makeId("alert"), wallMs: this.#options.clock.wallMs() };
      this.#keep({ alert, undelivered: [...this.#deliveries.keys()] });
      this.#options.onAlert(alert);
      for (const delivery of this.#deliveries.values()) delivery.send(alert);
    }
  }

  #delivered(webhook: Webhook, alert: Alert, problem: string | undefined): void {
    const undelivered = this.#records.get(alert.key)?.undelivered ?? [];
    this.#keep({ alert, undelivered: undelivered.filter((id) => id !== idOf(webhook)) });
    if (problem !== undefined) {
      this.#options.onProblem(`alert ${alert.id} could not be delivered to ${idOf(webhook)}: ${problem}`);
    }
  }

  #keep(record: AlertRecord): void {
    this.#records.set(record.alert.key, record);
    if (this.#records.size > MOST_ALERTS) this.#records.delete(this.#records.keys().next().value!);
    this.#options.store.save(record);
  }
}

/** Of a webhook: its address without what may be secret in it. */
function idOf({ url, format }: Webhook): string {
  return `${format} ${new URL(url).origin}`;
}

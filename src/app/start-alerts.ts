import type { Logger } from "pino";
import type { DeploymentHealth } from "../completion/deployment-health.ts";
import type { Deployments } from "../completion/deployments.ts";
import { providerStates } from "../completion/provider-states.ts";
import { traceAlert } from "../completion/trace-alert.ts";
import type { Config } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import { alertSettings } from "../cost/alerts/alert.ts";
import { AlertMonitor } from "../cost/alerts/alert-monitor.ts";
import { createWebhookPoster } from "../cost/alerts/post-webhook.ts";
import type { BudgetBook } from "../cost/budget/budget-book.ts";
import { MemoryAlerts } from "../stores/memory/alerts.ts";
import type { MemoryLedger } from "../stores/memory/ledger.ts";
import { SqliteLedger } from "../stores/sqlite/ledger.ts";

/** What alerts are raised from. */
export interface AlertSources {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly ledger: MemoryLedger | SqliteLedger;
  readonly budgets: BudgetBook;
  readonly deployments: Deployments;
  readonly health: DeploymentHealth;
}

/** Begins to raise alerts, and tells of each by the log, a span and the configured webhooks. */
export function startAlerts(sources: AlertSources): Promise<AlertMonitor> {
  const { budgets, clock, config, deployments, health, ledger, logger, random } = sources;
  return AlertMonitor.start({
    clock,
    random,
    settings: alertSettings(config),
    webhooks: config.alerts.webhooks,
    poster: createWebhookPoster(),
    store: ledger instanceof SqliteLedger ? ledger.alerts : new MemoryAlerts(),
    ledger,
    budgets: () => budgets.reports(),
    providers: () => providerStates(deployments.catalog, health),
    onAlert(alert) {
      logger.warn({ alert_id: alert.id, kind: alert.kind }, alert.message);
      traceAlert(alert);
    },
    onProblem: (explanation) => logger.error(explanation),
  });
}

import { providerStates } from "../completion/provider-states.ts";
import { traceAlert } from "../completion/trace-alert.ts";
import { alertSettings } from "../cost/alerts/alert.ts";
import { AlertMonitor } from "../cost/alerts/alert-monitor.ts";
import { MemoryAlerts } from "../stores/memory/alerts.ts";
import { SqliteLedger } from "../stores/sqlite/ledger.ts";
import { createWebhookPoster } from "../web/post-webhook.ts";
import type { Parts } from "./parts.ts";
import { usable } from "./usable-storage.ts";

/**
 * Begins to raise alerts, and tells of each by the log, a span and the configured webhooks.
 * @throws {StartError} when those that were raised before cannot be read
 */
export async function startAlerts(parts: Parts, opened: AsyncDisposableStack): Promise<AlertMonitor> {
  const { budgets, clock, config, deployments, health, ledger, logger, random } = parts;
  const monitor = await usable(() =>
    AlertMonitor.start({
      clock,
      random,
      settings: alertSettings(config),
      webhooks: config.alerts.webhooks,
      poster: createWebhookPoster(),
      store: ledger instanceof SqliteLedger ? ledger.alerts : new MemoryAlerts(),
      ledger,
      budgets: () => [...budgets.takeEnded(), ...budgets.reports()],
      providers: () => providerStates(deployments.catalog, health),
      onAlert(alert) {
        logger.warn({ alert_id: alert.id, kind: alert.kind }, alert.message);
        traceAlert(alert);
      },
      onProblem: (explanation) => logger.error(explanation),
    }),
  );
  opened.defer(() => monitor.close());
  return monitor;
}

import { reportDeployment } from "../completion/report-deployment.ts";
import type { UsageService } from "../completion/usage-service.ts";
import { NOBODY } from "../core/call.ts";
import { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { Parts } from "./parts.ts";

/** Metrics of the service, which read the parts when somebody scrapes. */
export function createMetrics(parts: Parts, usage: UsageService): ServiceMetrics {
  const { budgets, config, deployments, health, scheduler } = parts;
  const tenants = config.tenants.map(({ name }) => name);
  return new ServiceMetrics(tenants, {
    pools: () => usage.pools([], NOBODY),
    openLeases: () => scheduler.leases(),
    deployments: () => deployments.catalog.deployments.map((one) => reportDeployment(one, health)),
    budgets: () => budgets.reports(),
  });
}

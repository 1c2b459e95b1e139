import type { BudgetAmounts, Config } from "./config.ts";
import type { Address } from "./schema/network-kinds.ts";

/** What is allowed and yet probably not meant, one sentence each. */
export function warningsOf(config: Config): string[] {
  const { budgets, listen, routing, storage, telemetry } = config;
  const warnings: string[] = [];
  const open = [listen.grpc, listen.http].filter((address) => !isLoopback(address));
  if (open.length > 0 && config.tenants.length === 0) {
    const places = open.map(({ host, port }) => `${host}:${port}`).join(" and ");
    warnings.push(
      `listening on ${places} without tenants: whoever reaches it can spend your money; set tenants`,
    );
  }
  if (storage.path === undefined && hasAmount({ ...budgets, perRequestNanoUsd: undefined })) {
    warnings.push("storage is memory: what was spent is forgotten at a restart, and budgets begin anew");
  }
  const others = [...budgets.scopes, ...config.tenants.map((tenant) => tenant.budgets)];
  if (!budgets.trackCosts && [budgets, ...others].some(hasAmount)) {
    warnings.push("budgets.track_costs is false: the budgets that are set do not hold; leave it out");
  }
  if (storage.path === undefined && config.alerts.webhooks.length > 0) {
    warnings.push("storage is memory: alerts are forgotten at a restart, and may be lost or posted again");
  }
  if (telemetry.captureContent) {
    warnings.push("telemetry.capture_content is true: prompts and answers are written into spans");
  }
  if (routing.strategy === "fail_fast" && routing.fallbackModels.length > 0) {
    warnings.push("routing.strategy is fail_fast: routing.fallback_models is never used");
  }
  return warnings;
}

function hasAmount(amounts: BudgetAmounts): boolean {
  const { perRequestNanoUsd, hourlyNanoUsd, dailyNanoUsd, weeklyNanoUsd, monthlyNanoUsd } = amounts;
  const all = [perRequestNanoUsd, hourlyNanoUsd, dailyNanoUsd, weeklyNanoUsd, monthlyNanoUsd];
  return all.some((amount) => amount !== undefined);
}

function isLoopback({ host }: Address): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

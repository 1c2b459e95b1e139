import { create } from "@bufbuild/protobuf";
import {
  type AdminService as AdminContract,
  ListAlertsResponseSchema,
  ReloadConfigResponseSchema,
  ResetUsageResponseSchema,
  SetModelPreferenceResponseSchema,
  SetTierResponseSchema,
} from "../../gen/es/headway/v1/admin_service_pb.js";
import type { PreferenceSet, TierSet } from "../completion/admin-service.ts";
import type { Reload } from "../completion/reload.ts";
import type { Refusal } from "../core/refusal.ts";
import type { Alert } from "../cost/alerts/alert.ts";
import { alertToProto, readListAlerts } from "./convert-alerts.ts";
import { timestampFromWallMs } from "./convert-time.ts";
import { poolToProto } from "./convert-usage-report.ts";
import { granted, valid } from "./granted.ts";
import type { HandlersOf } from "./handler.ts";
import { readModel, readModels, readText } from "./read-fields.ts";
import { reading, Violations } from "./violations.ts";

const MAX_NAME_LENGTH = 256;
const MAX_TASK_TYPE_LENGTH = 64;

/** What AdminService needs of the service. */
export interface AdminService {
  /** `provider` undefined: all. */
  setTier(provider: string | undefined, tier: string): TierSet | Refusal;
  /** `model` undefined: none is preferred any more. */
  setModelPreference(taskType: string, model: string | undefined): PreferenceSet | Refusal;
  /** `models` empty: all; `tenant` undefined: all, and the counters of the pools too. Answers since when, as wall time. */
  resetUsage(models: readonly string[], tenant: string | undefined): number;
  reloadConfig(): Reload | Refusal;
  /** What was raised in a stretch of wall time, the newest first. */
  listAlerts(startWallMs: number | undefined, endWallMs: number | undefined): readonly Alert[];
}

/** Answers AdminService; who calls has shown the admin token. */
export function adminHandlers(service: AdminService): HandlersOf<typeof AdminContract> {
  return {
    async setTier(request) {
      const { provider, tier } = valid(readSetTier(request));
      const { pools } = granted(service.setTier(provider, tier));
      return create(SetTierResponseSchema, { pools: pools.map(poolToProto) });
    },
    async setModelPreference(request) {
      const { taskType, model } = valid(readSetModelPreference(request));
      const { taskModels } = granted(service.setModelPreference(taskType, model));
      return create(SetModelPreferenceResponseSchema, { taskModels: { ...taskModels } });
    },
    async resetUsage(request) {
      const { models, tenant } = valid(readResetUsage(request));
      const resetTime = timestampFromWallMs(service.resetUsage(models, tenant));
      return create(ResetUsageResponseSchema, { resetTime });
    },
    async reloadConfig() {
      const { changedPaths, restartPaths } = granted(service.reloadConfig());
      return create(ReloadConfigResponseSchema, {
        changedPaths: [...changedPaths],
        restartPaths: [...restartPaths],
      });
    },
    async listAlerts(request) {
      const { startWallMs, endWallMs } = valid(readListAlerts(request));
      const alerts = service.listAlerts(startWallMs, endWallMs);
      return create(ListAlertsResponseSchema, { alerts: alerts.map(alertToProto) });
    },
  };
}

function readSetTier(request: { readonly provider: string; readonly tier: string }) {
  const violations = new Violations();
  const provider = readText(violations, "provider", request.provider, MAX_NAME_LENGTH);
  const tier = readText(violations, "tier", request.tier, MAX_NAME_LENGTH) ?? "";
  if (request.tier === "") violations.add("tier", "is required");
  return reading(violations, { provider, tier });
}

function readSetModelPreference(request: { readonly taskType: string; readonly model: string }) {
  const violations = new Violations();
  const taskType = readText(violations, "task_type", request.taskType, MAX_TASK_TYPE_LENGTH) ?? "";
  if (request.taskType === "") violations.add("task_type", "is required");
  return reading(violations, { taskType, model: readModel(violations, "model", request.model) });
}

function readResetUsage(request: { readonly models: readonly string[]; readonly tenant: string }) {
  const violations = new Violations();
  return reading(violations, {
    models: readModels(violations, "models", request.models),
    tenant: readText(violations, "tenant", request.tenant, MAX_NAME_LENGTH),
  });
}

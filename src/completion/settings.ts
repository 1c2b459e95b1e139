import type { Config, ContextStrategy, Strategy } from "../config/config.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import { findPreset, PRESETS, type Preset } from "../fallback/selection/preset.ts";
import type { CompleteCommand } from "./complete-request.ts";

/** What holds for one request: its own settings, else its preset's, else the configured ones. */
export interface Settings {
  readonly kind: "settings";
  readonly preset: Preset | undefined;
  readonly strategy: Strategy;
  readonly contextStrategy: ContextStrategy;
  readonly maxAttemptCount: number;
  readonly maxWaitMs: number;
  /** The part of a deployment's calls, 0 to 1, after whose usual latency another is called too. Undefined: never. */
  readonly hedgeQuantile: number | undefined;
}

/** The settings of a request, or why its preset does not exist. */
export function settingsOf(command: CompleteCommand, config: Config): Settings | Refusal {
  const preset = command.preset === undefined ? undefined : findPreset(command.preset);
  if (command.preset !== undefined && preset === undefined) return refusePreset();
  const { routing, scheduler } = config;
  const contextStrategy = command.contextStrategy ?? preset?.contextStrategy ?? routing.contextStrategy;
  return {
    kind: "settings",
    preset,
    strategy: command.strategy ?? preset?.strategy ?? routing.strategy,
    contextStrategy,
    maxAttemptCount: command.maxAttemptCount ?? preset?.maxAttemptCount ?? routing.maxAttemptCount,
    maxWaitMs: command.maxWaitMs ?? preset?.maxWaitMs ?? scheduler.maxWaitMs,
    hedgeQuantile: (command.hedge ?? routing.hedge.enabled) ? routing.hedge.quantile : undefined,
  };
}

function refusePreset(): Refusal {
  const description = `is not a preset; there is ${PRESETS.map(({ name }) => name).join(", ")}`;
  return refuse("INVALID_REQUEST", `preset ${description}`, {
    fieldViolations: [{ field: "preset", description }],
  });
}

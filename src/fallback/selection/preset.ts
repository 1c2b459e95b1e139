import type { ContextStrategy, Strategy } from "../../config/config.ts";

/** A bundle of settings that a request names; what the request sets itself wins. Undefined: the preset leaves it open. */
export interface Preset {
  readonly name: string;
  /** Tried first when the request names no model, in this order. */
  readonly models: readonly string[];
  readonly strategy: Strategy | undefined;
  readonly contextStrategy: ContextStrategy | undefined;
  readonly maxAttemptCount: number | undefined;
  readonly maxWaitMs: number | undefined;
  /** True: only models that can stream are candidates. */
  readonly needsStreaming: boolean;
}

/** For agents that think and act in turns: someone waits for each step, so no step waits long. */
const REACT_AGENT: Preset = {
  name: "react_agent",
  models: ["openai/gpt-4o-mini"],
  strategy: "smart_fallback",
  contextStrategy: undefined,
  maxAttemptCount: undefined,
  maxWaitMs: 5_000,
  needsStreaming: true,
};

/** The presets there are. */
export const PRESETS: readonly Preset[] = [REACT_AGENT];

/** Looks a preset up by its name; undefined: there is none. */
export function findPreset(name: string): Preset | undefined {
  return PRESETS.find((preset) => preset.name === name);
}

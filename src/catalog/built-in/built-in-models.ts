import type { ProviderType } from "../../config/provider-config.ts";
import { ANTHROPIC_MODELS } from "./anthropic.ts";
import { ALL_CAPABILITIES, type BuiltInModel, TEXT_CAPABILITIES } from "./built-in-model.ts";
import { GEMINI_MODELS } from "./gemini.ts";
import { OPENAI_MODELS } from "./openai.ts";

const UNLIMITED = { rpm: -1 };

/** Answers with the last message; takes part in nothing that costs or is limited. */
const ECHO_MODEL: BuiltInModel = {
  name: "echo",
  tiers: { free: UNLIMITED, tier1: UNLIMITED, tier2: UNLIMITED, paid: UNLIMITED },
  contextWindowTokens: 1_000_000,
  maxOutputTokens: 1_000_000,
  quality: 1,
  useCases: ["test"],
  capabilities: TEXT_CAPABILITIES,
};

/** Models that are known without configuration, by type of provider. */
export const BUILT_IN_MODELS: Readonly<Record<ProviderType, readonly BuiltInModel[]>> = {
  openai: OPENAI_MODELS,
  gemini: GEMINI_MODELS,
  anthropic: ANTHROPIC_MODELS,
  ollama: [],
  openai_compatible: [],
  echo: [ECHO_MODEL],
};

/** What is used when only the provider is known: good enough for most, and cheap. */
export const DEFAULT_MODEL_NAMES: Readonly<Partial<Record<ProviderType, string>>> = {
  openai: "gpt-4o-mini",
  gemini: "gemini-2.5-flash-lite",
  anthropic: "claude-haiku-4-5",
  echo: "echo",
};

/** What a model is taken to be able to do when nothing is said. */
export const ASSUMED_CAPABILITIES = TEXT_CAPABILITIES;

/** A model that was never listed is not held back by what is not known of it: its provider will tell. */
export const UNLISTED_CAPABILITIES = ALL_CAPABILITIES;

/** Quality of models of which nothing is said. */
export const ASSUMED_QUALITY = 5;

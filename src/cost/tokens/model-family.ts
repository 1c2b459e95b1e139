import type { EncodingName } from "./encoding.ts";
import {
  anthropicArea,
  fixedTokens,
  geminiTiles,
  type ImageFormula,
  openAiPatches,
  openAiTiles,
} from "./image-tokens.ts";

/** How models of one make count input, as far as it is published, and where learning starts from otherwise. */
export interface ModelFamily {
  /** The tokenizer that counts: the model's own, or the nearest that there is. */
  readonly encoding: EncodingName;
  /** Whether numbers are cut into single digits, as by Gemini and most open weights, and not into groups of three. */
  readonly hasSingleDigits: boolean;
  /** Tokens of the model per token counted, before anything is learned. 1 where the tokenizer is the model's own. */
  readonly startingRatio: number;
  /** How much more than the estimate is reserved before anything is learned, as a factor of at least 1. */
  readonly startingMargin: number;
  /** Added for every message: its role and its marks. */
  readonly tokensPerMessage: number;
  /** Added once: what introduces the answer. */
  readonly tokensPerReply: number;
  /** How tools become text. `functions`: OpenAI's own form. `json`: their JSON. */
  readonly tools: { readonly form: "functions"; readonly tokensPerTool: number } | { readonly form: "json" };
  /** Added when there are tools: what the provider tells the model about them, by whether it must use one. */
  readonly toolPreamble: { readonly optional: number; readonly required: number };
  readonly image: ImageFormula;
}

const NO_PREAMBLE = { optional: 0, required: 0 };

const OPENAI: ModelFamily = {
  encoding: "o200k_base",
  hasSingleDigits: false,
  startingRatio: 1,
  startingMargin: 1.05,
  tokensPerMessage: 4,
  tokensPerReply: 3,
  tools: { form: "functions", tokensPerTool: 7 },
  toolPreamble: NO_PREAMBLE,
  image: openAiTiles(85, 170),
};

const OPENAI_BEFORE_4O: ModelFamily = {
  ...OPENAI,
  encoding: "cl100k_base",
  tools: { form: "functions", tokensPerTool: 10 },
};

const ANTHROPIC: ModelFamily = {
  ...OPENAI,
  startingRatio: 1.2,
  startingMargin: 1.25,
  tools: { form: "json" },
  toolPreamble: { optional: 346, required: 313 },
  image: anthropicArea(1568, 1600),
};

const GEMINI: ModelFamily = {
  ...OPENAI,
  hasSingleDigits: true,
  startingRatio: 1.05,
  startingMargin: 1.25,
  tools: { form: "json" },
  toolPreamble: NO_PREAMBLE,
  image: geminiTiles,
};

/** Open weights behind all kinds of servers and chat templates. */
const OTHER: ModelFamily = {
  ...GEMINI,
  startingRatio: 1.1,
  startingMargin: 1.3,
  image: anthropicArea(1568, 1600),
};

/** The first pattern that fits the model's name, without the maker's in front of it, decides. */
const FAMILIES: readonly (readonly [RegExp, ModelFamily])[] = [
  [/^gpt-4o-mini/, { ...OPENAI, image: openAiTiles(2833, 5667) }],
  [/^gpt-4\.1-mini/, { ...OPENAI, image: openAiPatches(1.62) }],
  [/^gpt-4\.1-nano/, { ...OPENAI, image: openAiPatches(2.46) }],
  [/^(o4-mini|codex-mini)/, { ...OPENAI, image: openAiPatches(1.72) }],
  [/^gpt-5(-codex)?-mini/, { ...OPENAI, image: openAiPatches(1.62) }],
  [/^gpt-5-nano/, { ...OPENAI, image: openAiPatches(2.46) }],
  [/^gpt-5(\.1)?($|-)/, { ...OPENAI, image: openAiTiles(70, 140) }],
  [/^gpt-5\.[23]($|-)/, { ...OPENAI, image: openAiPatches(1.2) }],
  [/^gpt-([6-9]|5\.)/, { ...OPENAI, image: openAiPatches(1.2, 2500) }],
  [/^o[13]($|-)/, { ...OPENAI, image: openAiTiles(75, 150) }],
  [/^(gpt-4o|gpt-4\.|chatgpt-|gpt-oss|o\d)/, OPENAI],
  [/^(gpt-4|gpt-3|text-embedding)/, OPENAI_BEFORE_4O],
  [
    /^claude-(opus-4-[789]|opus-[5-9]|sonnet-[5-9]|fable)/,
    { ...ANTHROPIC, image: anthropicArea(2576, 4784) },
  ],
  [/^claude/, ANTHROPIC],
  [/^gemini-([3-9]|\d\d)/, { ...GEMINI, image: fixedTokens(1120) }],
  [/^(gemini|gemma)/, GEMINI],
  [/^(llama-?2|mistral-7b|mixtral|phi-?3)/, { ...OTHER, startingRatio: 1.25 }],
];

/** The family of a model by the provider's name for it, as `gpt-4o-mini` or `meta-llama/llama-3.1-8b-instruct`. */
export function modelFamily(upstreamModel: string): ModelFamily {
  const name = upstreamModel.slice(upstreamModel.lastIndexOf("/") + 1).toLowerCase();
  return FAMILIES.find(([pattern]) => pattern.test(name))?.[1] ?? OTHER;
}

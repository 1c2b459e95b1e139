import type { ChatRequest } from "../../core/chat.ts";
import type { Random } from "../../core/random.ts";
import type { TokenUsage } from "../../core/usage.ts";
import { type Encoding, type EncodingName, loadEncoding } from "./encoding.ts";
import { InputCalibration } from "./input-calibration.ts";
import { LruMap } from "./lru-map.ts";
import { type ModelFamily, modelFamily } from "./model-family.ts";
import { OutputDistribution } from "./output-distribution.ts";
import { requestParts } from "./request-parts.ts";
import { countTexts } from "./text-counter.ts";
import type { EstimatedModel, EstimateKey, OutputReservation, TokenEstimate } from "./token-estimate.ts";
import type { TokenEstimatorSnapshot } from "./token-estimator-snapshot.ts";

/** Reserved for the output of a model of which nothing is known, where the model can write as much. */
const DEFAULT_OUTPUT_TOKENS = 4096;
const MAX_MODELS = 1024;
/** 0.7 KB each. */
const MAX_OUTPUT_KEYS = 4096;
/** Callers name their tasks freely; what is behind this does not tell two of them apart. */
const MAX_TASK_CHARS = 64;

interface LearnedModel {
  readonly family: ModelFamily;
  readonly input: InputCalibration;
  readonly output: OutputDistribution;
}

/** Encodings by name, as {@link loadEncodings} gives them. */
export type Encodings = Readonly<Record<EncodingName, Encoding>>;

/** Loads every tokenizer. Takes about 0.2 s, most of it on the event loop: call it before listening. */
export async function loadEncodings(): Promise<Encodings> {
  return { o200k_base: await loadEncoding("o200k_base"), cl100k_base: await loadEncoding("cl100k_base") };
}

/**
 * Says how many tokens a call is going to use, and learns from settled calls. Every method takes bounded time, an
 * estimate under 5 ms whatever the request, and memory is bounded too: what was used longest ago is forgotten.
 */
export class TokenEstimator {
  readonly #encodings: Encodings;
  readonly #random: Random;
  readonly #defaultOutputTokens: number;
  readonly #models = new LruMap<string, LearnedModel>(MAX_MODELS);
  readonly #outputs = new LruMap<string, OutputDistribution>(MAX_OUTPUT_KEYS);

  /**
   * `random` chooses where long texts are sampled. `defaultOutputTokens`: reserved for the output while nothing is
   * learned and the request has no maximum; default 4,096.
   */
  constructor(options: { encodings: Encodings; random: Random; defaultOutputTokens?: number | undefined }) {
    this.#encodings = options.encodings;
    this.#random = options.random;
    this.#defaultOutputTokens = options.defaultOutputTokens ?? DEFAULT_OUTPUT_TOKENS;
  }

  estimate(request: ChatRequest, model: EstimatedModel, key: EstimateKey): TokenEstimate {
    const { family, input } = this.#modelOf(model);
    const encoding = this.#encodings[family.encoding];
    const parts = requestParts(request, family);
    const texts = countTexts(
      parts.texts,
      { encoding, hasSingleDigits: family.hasSingleDigits },
      this.#random,
    );
    const counted = {
      textTokens: Math.max(1, texts.tokens + parts.extraTokens),
      imageTokens: parts.imageTokens,
    };
    const likely = input.estimate(counted);
    const inputTokens = Math.max(1, Math.round(likely));
    const inputCorrection = input.ratioFor(counted);
    const sampledShare = texts.errorTokens / counted.textTokens;
    const reservedInputTokens = Math.max(inputTokens, Math.ceil(likely * (input.margin() + sampledShare)));
    return {
      inputTokens,
      reservedInputTokens,
      ...this.#reserveOutput(model, key, request.maxOutputTokens, inputTokens),
      method: texts.isExact ? "counted" : "sampled",
      tokenizer: encoding.name,
      inputCorrection,
      counted,
    };
  }

  /** The output to reserve for a caller that counts its input itself and gives no maximum. */
  outputReservation(model: EstimatedModel, key: EstimateKey): OutputReservation {
    return this.#reserveOutput(model, key, undefined, 0);
  }

  /**
   * Learns from a settled call. `estimate` is undefined where the caller counted its input itself; then only the
   * output is learned. Counts that are unknown, or that the provider did not make, teach nothing; nor does an answer
   * that the request's own maximum cut off, since it does not show what was needed.
   */
  observe(
    model: EstimatedModel,
    key: EstimateKey,
    estimate: TokenEstimate | undefined,
    usage: TokenUsage,
  ): void {
    if (usage.estimated === true) return;
    const learned = this.#modelOf(model);
    const { inputTokens = 0, outputTokens = 0 } = usage;
    if (estimate !== undefined && inputTokens > 0) learned.input.observe(estimate.counted, inputTokens);
    const isCut = estimate?.outputSource === "request" && outputTokens >= estimate.outputTokens;
    if (outputTokens <= 0 || isCut) return;
    learned.output.observe(outputTokens);
    const outputKey = outputKeyOf(model.id, key);
    let output = this.#outputs.get(outputKey);
    if (output === undefined) {
      output = new OutputDistribution();
      this.#outputs.set(outputKey, output);
    }
    output.observe(outputTokens);
  }

  /** All that is learned, as plain JSON, for storage. */
  snapshot(): TokenEstimatorSnapshot {
    return {
      version: 1,
      models: [...this.#models.entries()].map(([id, { input, output }]) => ({
        id,
        input: input.snapshot(),
        output: output.snapshot(),
      })),
      outputs: [...this.#outputs.entries()].map(([key, output]) => ({ key, output: output.snapshot() })),
    };
  }

  /**
   * Takes up what an earlier process has learned, in place of what this one has. `models` are those that exist now;
   * what is stored of others is left out.
   */
  restore(snapshot: TokenEstimatorSnapshot, models: readonly EstimatedModel[]): void {
    this.#models.clear();
    this.#outputs.clear();
    const byId = new Map(models.map((model) => [model.id, model]));
    for (const { id, input, output } of snapshot.models) {
      const model = byId.get(id);
      if (model === undefined) continue;
      const learned = this.#modelOf(model);
      learned.input.restore(input);
      learned.output.restore(output);
    }
    for (const { key, output } of snapshot.outputs) {
      const restored = new OutputDistribution();
      restored.restore(output);
      if (byId.has(modelIdOf(key))) this.#outputs.set(key, restored);
    }
  }

  #modelOf(model: EstimatedModel): LearnedModel {
    let learned = this.#models.get(model.id);
    if (learned === undefined) {
      const family = modelFamily(model.upstreamModel);
      learned = { family, input: new InputCalibration(family), output: new OutputDistribution() };
      this.#models.set(model.id, learned);
    }
    return learned;
  }

  #reserveOutput(
    model: EstimatedModel,
    key: EstimateKey,
    requested: number | undefined,
    inputTokens: number,
  ): OutputReservation {
    const room = (model.contextWindowTokens ?? Number.POSITIVE_INFINITY) - inputTokens;
    const most = Math.max(1, Math.min(model.maxOutputTokens ?? Number.POSITIVE_INFINITY, room));
    const within = (tokens: number) => Math.max(1, Math.min(tokens, most));
    if (requested !== undefined) return { outputTokens: within(requested), outputSource: "request" };
    const own = this.#outputs.get(outputKeyOf(model.id, key));
    if (own?.isTrusted === true) return { outputTokens: within(own.usual() ?? 1), outputSource: "learned" };
    const shared = this.#modelOf(model).output;
    const fallback = shared.isTrusted ? (shared.usual() ?? 1) : this.#defaultOutputTokens;
    return {
      outputTokens: within(Math.max(fallback, own?.most() ?? 1)),
      outputSource: shared.isTrusted ? "learned" : "default",
    };
  }
}

/** Length before the id, so that no choice of tenant and task makes two keys alike. */
function outputKeyOf(modelId: string, { tenant, taskType }: EstimateKey): string {
  return `${modelId.length}:${modelId}${tenant.length}:${tenant}${taskType.slice(0, MAX_TASK_CHARS)}`;
}

function modelIdOf(outputKey: string): string {
  const colon = outputKey.indexOf(":");
  return outputKey.slice(colon + 1, colon + 1 + Number(outputKey.slice(0, colon)));
}

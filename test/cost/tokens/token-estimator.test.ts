import { beforeAll, describe, expect, it } from "vitest";
import type { ChatRequest } from "../../../src/core/chat.ts";
import { type Random, seededRandom } from "../../../src/core/random.ts";
import type { EstimatedModel } from "../../../src/cost/tokens/token-estimate.ts";
import { type Encodings, loadEncodings, TokenEstimator } from "../../../src/cost/tokens/token-estimator.ts";

const key = { tenant: "default", taskType: "summary" };
const words =
  "the signal at junction seven shows green while a late train waits for its slot and nobody minds".split(
    " ",
  );

function requestOf(text: string, changes: Partial<ChatRequest> = {}): ChatRequest {
  return {
    messages: [{ role: "user", parts: [{ kind: "text", text }] }],
    tools: [],
    stopSequences: [],
    ...changes,
  };
}

function randomProse(random: Random, wordCount: number): string {
  return Array.from({ length: wordCount }, () => words[Math.floor(random.next() * words.length)]).join(" ");
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}

describe("token estimator", () => {
  let encodings: Encodings;

  beforeAll(async () => {
    encodings = await loadEncodings();
  });

  const make = (seed = 1) => new TokenEstimator({ encodings, random: seededRandom(seed) });
  const gpt: EstimatedModel = { id: "openai/gpt-4o", upstreamModel: "gpt-4o", maxOutputTokens: 16_384 };

  describe("of input", () => {
    it("counts a short request as its maker's tokenizer does", () => {
      const estimate = make().estimate(requestOf("hello world"), gpt, key);
      expect(estimate).toMatchObject({
        inputTokens: 2 + 4 + 3,
        method: "counted",
        tokenizer: "o200k_base",
        inputCorrection: undefined,
      });
      expect(estimate.reservedInputTokens).toBeGreaterThanOrEqual(estimate.inputTokens);
    });

    it("samples a long one and reserves for the error", () => {
      const text = `${randomProse(seededRandom(2), 10_000)} ${"0123456789".repeat(4_000)}`;
      const estimate = make().estimate(requestOf(text), gpt, key);
      expect(estimate.method).toBe("sampled");
      expect(estimate.reservedInputTokens).toBeGreaterThan(estimate.inputTokens * 1.05);
    });

    /** Made-up providers: tokens per token of ours, a template around each call, noise of so much either way. */
    const providers = [
      { name: "a denser tokenizer", model: "claude-sonnet-5", ratio: 1.37, template: 0, noise: 0.02 },
      { name: "a coarser one", model: "gemini-2.5-flash", ratio: 0.71, template: 0, noise: 0.02 },
      { name: "a chat template", model: "gemma-3-270m", ratio: 1.1, template: 25, noise: 0 },
      { name: "a hidden system prompt", model: "unheard-of", ratio: 1.8, template: 400, noise: 0.01 },
    ];

    it.each(providers)("errs by at most 3 % in the median after 100 calls of $name", (provider) => {
      const estimator = make();
      const random = seededRandom(11);
      const model = { id: `x/${provider.model}`, upstreamModel: provider.model };
      const errors: number[] = [];
      let overReserve = 0;
      for (let call = 0; call < 400; call++) {
        const request = requestOf(randomProse(random, 5 + Math.floor(random.next() ** 3 * 4_000)));
        const text = request.messages[0]!.parts[0]!;
        const counted = encodings.o200k_base.count(text.kind === "text" ? text.text : "") + 7;
        const noise = 1 + (random.next() * 2 - 1) * provider.noise;
        const actual = Math.round(counted * provider.ratio * noise + provider.template);
        const estimate = estimator.estimate(request, model, key);
        if (call >= 100) {
          errors.push(Math.abs(estimate.inputTokens / actual - 1));
          if (actual > estimate.reservedInputTokens) overReserve++;
        }
        estimator.observe(model, key, estimate, { inputTokens: actual, outputTokens: 50 });
      }
      expect(median(errors)).toBeLessThanOrEqual(0.03);
      expect(overReserve).toBeLessThanOrEqual(9);
    });

    it("without learning would err by more: the providers above are worth learning", () => {
      for (const { model, ratio, template } of providers) {
        const request = requestOf(randomProse(seededRandom(3), 100));
        const estimate = make().estimate(request, { id: model, upstreamModel: model }, key);
        const actual = estimate.counted.textTokens * ratio + template;
        expect(Math.abs(estimate.inputTokens / actual - 1)).toBeGreaterThan(0.05);
      }
    });

    it("says by how much it corrects", () => {
      const estimator = make();
      const request = requestOf(randomProse(seededRandom(4), 300));
      const first = estimator.estimate(request, gpt, key);
      estimator.observe(gpt, key, first, { inputTokens: first.inputTokens * 2 });
      const second = estimator.estimate(request, gpt, key);
      expect(second.inputCorrection).toBeCloseTo(2, 1);
      expect(second.inputTokens / first.inputTokens).toBeCloseTo(2, 1);
    });

    it("reserves at least what was seen to be needed", () => {
      const estimator = make();
      const request = requestOf(randomProse(seededRandom(5), 200));
      const plain = estimator.estimate(request, gpt, key).inputTokens;
      for (let call = 0; call < 200; call++) {
        const estimate = estimator.estimate(request, gpt, key);
        const actual = call % 20 === 0 ? plain * 1.5 : plain;
        estimator.observe(gpt, key, estimate, { inputTokens: Math.round(actual) });
      }
      const estimate = estimator.estimate(request, gpt, key);
      expect(estimate.reservedInputTokens).toBeGreaterThanOrEqual(plain * 1.4);
      expect(estimate.inputTokens).toBeLessThan(plain * 1.1);
    });

    it("is not carried away by one absurd report", () => {
      const estimator = make();
      const request = requestOf(randomProse(seededRandom(6), 200));
      const observe = (factor: number) => {
        const estimate = estimator.estimate(request, gpt, key);
        estimator.observe(gpt, key, estimate, {
          inputTokens: Math.round(estimate.counted.textTokens * factor),
        });
      };
      for (let call = 0; call < 50; call++) observe(1);
      observe(1_000);
      const estimate = estimator.estimate(request, gpt, key);
      expect(estimate.inputTokens / estimate.counted.textTokens).toBeLessThan(1.15);
    });

    it("learns what pictures cost apart from text", () => {
      const estimator = make();
      const image = { source: { kind: "url", url: "https://example.com/a.png" }, mediaType: "" } as const;
      const picture = requestOf("What is this?", {
        messages: [{ role: "user", parts: [{ kind: "image", image }] }],
      });
      const text = requestOf(randomProse(seededRandom(7), 200));
      const before = estimator.estimate(text, gpt, key).inputTokens;
      expect(estimator.estimate(picture, gpt, key).counted.imageTokens).toBe(765);
      for (let call = 0; call < 40; call++) {
        const estimate = estimator.estimate(picture, gpt, key);
        estimator.observe(gpt, key, estimate, { inputTokens: 2_000 });
      }
      expect(estimator.estimate(picture, gpt, key).inputTokens / 2_000).toBeCloseTo(1, 1);
      expect(estimator.estimate(text, gpt, key).inputTokens).toBe(before);
    });
  });

  describe("of output", () => {
    const learn = (estimator: TokenEstimator, outputs: readonly number[], forKey = key) => {
      for (const outputTokens of outputs) estimator.observe(gpt, forKey, undefined, { outputTokens });
    };
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

    it("is the request's own maximum, within the model's", () => {
      const reserve = (maxOutputTokens: number) =>
        make().estimate(requestOf("hi", { maxOutputTokens }), gpt, key).outputTokens;
      expect(reserve(100)).toBe(100);
      expect(reserve(100_000)).toBe(16_384);
    });

    it("is a default while nothing is known, within model and context", () => {
      expect(make().outputReservation(gpt, key)).toEqual({ outputTokens: 4_096, outputSource: "default" });
      expect(make().outputReservation({ ...gpt, maxOutputTokens: 512 }, key).outputTokens).toBe(512);
      const small = { ...gpt, contextWindowTokens: 100 };
      const estimate = make().estimate(requestOf("hello world"), small, key);
      expect(estimate.inputTokens + estimate.outputTokens).toBe(100);
      expect(make().estimate(requestOf(randomProse(seededRandom(1), 500)), small, key).outputTokens).toBe(1);
      const configured = new TokenEstimator({ encodings, random: seededRandom(1), defaultOutputTokens: 50 });
      expect(configured.outputReservation(gpt, key).outputTokens).toBe(50);
    });

    it("is what 95 of 100 such calls needed, rounded up by less than a tenth", () => {
      const estimator = make();
      learn(estimator, hundred);
      const { outputTokens, outputSource } = estimator.outputReservation(gpt, key);
      expect(outputSource).toBe("learned");
      expect(outputTokens).toBeGreaterThanOrEqual(95);
      expect(outputTokens).toBeLessThanOrEqual(105);
    });

    it("is never beyond what the model can write", () => {
      const estimator = make();
      learn(estimator, Array(30).fill(900));
      expect(estimator.outputReservation({ ...gpt, maxOutputTokens: 800 }, key).outputTokens).toBe(800);
    });

    it("is that of the model for a task not seen before, but never below what the task needed", () => {
      const estimator = make();
      learn(estimator, hundred);
      const poems = { tenant: "other", taskType: "poem" };
      expect(estimator.outputReservation(gpt, poems)).toEqual(estimator.outputReservation(gpt, key));
      learn(estimator, [700], poems);
      expect(estimator.outputReservation(gpt, poems).outputTokens).toBeGreaterThanOrEqual(700);
      expect(estimator.outputReservation(gpt, key).outputTokens).toBeLessThanOrEqual(105);
    });

    it("learns nothing from guesses, unknown counts and answers that were cut off", () => {
      const estimator = make();
      const cut = estimator.estimate(requestOf("hi", { maxOutputTokens: 10 }), gpt, key);
      for (let call = 0; call < 30; call++) {
        estimator.observe(gpt, key, cut, { outputTokens: 10 });
        estimator.observe(gpt, key, undefined, { outputTokens: 7, estimated: true });
        estimator.observe(gpt, key, undefined, {});
      }
      expect(estimator.outputReservation(gpt, key).outputSource).toBe("default");
    });
  });

  describe("kept between processes", () => {
    it("estimates alike after storing and restoring", () => {
      const estimator = make();
      const request = requestOf(randomProse(seededRandom(8), 100));
      for (let call = 0; call < 30; call++) {
        const estimate = estimator.estimate(request, gpt, key);
        estimator.observe(gpt, key, estimate, { inputTokens: 150 + call, outputTokens: 40 + call });
      }
      const restored = make();
      restored.restore(JSON.parse(JSON.stringify(estimator.snapshot())), [gpt]);
      expect(restored.estimate(request, gpt, key)).toEqual(estimator.estimate(request, gpt, key));
      expect(restored.snapshot()).toEqual(estimator.snapshot());
    });

    it("leaves out models that are no more", () => {
      const estimator = make();
      estimator.observe(gpt, key, undefined, { outputTokens: 5 });
      const restored = make();
      restored.restore(estimator.snapshot(), [{ ...gpt, id: "openai/other" }]);
      expect(restored.snapshot()).toEqual({ version: 1, models: [], outputs: [] });
    });

    it("is bounded however many tenants and tasks come by", () => {
      const estimator = make();
      for (let call = 0; call < 10_000; call++) {
        estimator.observe(gpt, { tenant: "t", taskType: `task ${call}` }, undefined, { outputTokens: 5 });
        estimator.observe({ ...gpt, id: `m${call}` }, key, undefined, { outputTokens: 5 });
      }
      const { models, outputs } = estimator.snapshot();
      expect(models).toHaveLength(1_024);
      expect(outputs).toHaveLength(4_096);
    });
  });
});

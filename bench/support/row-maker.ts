import { type Random, seededRandom } from "../../src/core/random.ts";
import type { LedgerEntry } from "../../src/cost/ledger.ts";

/** Makes rows of a ledger: 12 models, 20 tenants and 16 sets of tags, 3,840 series in all. */
export class RowMaker {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  make(index: number, wallMs: number): LedgerEntry {
    const random = this.#random;
    const pick = (count: number): number => Math.floor(random.next() * count);
    const provider = `provider${pick(4)}`;
    const model = `${provider}/model-${pick(3)}`;
    const inputTokens = pick(4_000);
    const outputTokens = pick(800);
    const inputNanoUsd = BigInt(inputTokens) * 150n;
    const outputNanoUsd = BigInt(outputTokens) * 600n;
    return {
      wallMs,
      kind: "attempt",
      outcome: random.next() < 0.98 ? "succeeded" : "failed",
      reason: undefined,
      tenant: `tenant${pick(20)}`,
      tags: { team: `team${pick(8)}`, env: pick(2) === 0 ? "prod" : "test" },
      taskType: "chat",
      provider,
      model,
      deployment: model,
      usage: { inputTokens, outputTokens, cachedInputTokens: pick(inputTokens + 1) },
      cost: {
        inputNanoUsd,
        outputNanoUsd,
        totalNanoUsd: inputNanoUsd + outputNanoUsd,
        priceSource: "genai-prices",
      },
      reservedTokens: 5_000,
      waitedMs: pick(2) === 0 ? 0 : random.next() * 2_000,
      isRateLimitWait: pick(3) === 0,
      latencyMs: random.next() * 3_000,
      isFallback: pick(20) === 0,
      isRateLimitFallback: pick(40) === 0,
      isLast: true,
      requestId: `req_${String(index).padStart(22, "0")}`,
      traceId: "0af7651916cd43dd8448eb211c80319c",
    };
  }
}

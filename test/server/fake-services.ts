import type { CompleteResult } from "../../src/completion/complete-result.ts";
import type { UsageReport } from "../../src/completion/usage-report.ts";
import { type Refusal, refuse } from "../../src/core/refusal.ts";
import type { Waiting } from "../../src/core/waiting.ts";
import type { Services } from "../../src/rpc/services.ts";
import type { SlotGrant } from "../../src/scheduler/slot-grant.ts";
import type { ServiceOptions } from "../../src/server/service.ts";

/** An answer with every field that a first attempt at one model has. */
export function fakeResult(text: string, requestId = "req_fake"): CompleteResult {
  const usage = { inputTokens: 3, outputTokens: 4, cachedInputTokens: 1 };
  const cost = { inputNanoUsd: 30n, outputNanoUsd: 80n, totalNanoUsd: 110n, priceSource: "config" };
  return {
    message: { role: "assistant", parts: [{ kind: "text", text }] },
    finishReason: "stop",
    providerFinishReason: "end_turn",
    model: "fake/model",
    usage,
    cost,
    attempts: [
      {
        model: "fake/model",
        deployment: "fake/model",
        outcome: "succeeded",
        errorReason: undefined,
        errorMessage: "",
        providerStatusCode: 200,
        waitedMs: 1500,
        waitCauses: ["spacing"],
        latencyMs: 250,
        firstTokenLatencyMs: undefined,
        usage,
        cost,
        cause: "first_choice",
        explanation: "the model asked for",
      },
    ],
    route: [],
    contextChange: undefined,
    cacheHit: false,
    arms: [],
    requestId,
  };
}

/** A slot of one deployment, after a short wait. */
export function fakeGrant(): SlotGrant {
  return {
    kind: "granted",
    slotId: "slot_1",
    model: "fake/model",
    deployment: "fake/model#eu",
    reservedTokens: 0,
    waitedMs: 250,
    startWithinMs: 1000,
    expireWallMs: 1_700_000_000_000,
    waitCauses: ["spacing", "queue"],
  };
}

/** A wait for a slot that ends only when it is left. */
export function waitForever(): Waiting<Refusal> {
  const { promise, resolve } = Promise.withResolvers<Refusal>();
  const leave = (): void => resolve(refuse("CANCELLED", "the caller went away while waiting"));
  return { kind: "waiting", answer: promise, leave };
}

/** A report of an idle service with one pool. */
export function fakeReport(): UsageReport {
  return {
    pools: [
      {
        name: "fake/model",
        models: ["fake/model"],
        deployments: ["fake/model"],
        limits: [
          {
            limit: { metric: "requests", windowMs: 60_000, amount: 20 },
            cap: 18,
            used: 3,
            reserved: 1,
            remaining: 14,
            resetWallMs: 1_700_000_000_500,
            declaredAmount: undefined,
            maxUtilization: 0.2,
          },
        ],
        queueLength: 2,
        predictedWaitMs: 2500,
        likelyWaitMs: undefined,
        holdUntilWallMs: undefined,
        counters: { leaked429Count: 0, useByMissedCount: 0, estimateExceededCount: 1, foreignUsageCount: 0 },
      },
    ],
    totals: {
      requests: 4,
      primaryRequests: 3,
      fallbackRequests: 1,
      rateLimitWaits: 1,
      rateLimitFallbacks: 0,
      scheduledWaits: 2,
      waitTimeouts: 0,
      errors: 0,
      cacheHits: 0,
      usage: { inputTokens: 30, outputTokens: 40 },
      cost: { inputNanoUsd: 1n, outputNanoUsd: 2n, totalNanoUsd: 3n, priceSource: "" },
      averageLatencyMs: 120,
      successRate: 1,
    },
    groups: [],
    budgets: [],
    providers: [
      {
        name: "fake",
        enabled: true,
        configured: true,
        healthy: true,
        breakerState: "closed",
        costTodayNanoUsd: 3n,
        tier: "tier1",
        deployments: [],
      },
    ],
  };
}

/** Metrics of a service that counts nothing. */
export const NO_METRICS: ServiceOptions["metrics"] = {
  noteRefusal: () => {},
  scrape: async () => ({ contentType: "text/plain", text: "" }),
};

/** Services that answer at once; each test replaces what it is about. */
export function fakeServices(changes: Partial<Services> = {}): Services {
  return {
    completion: {
      complete: async (command) => fakeResult("hello", command.requestId),
      plan: () => ({ route: [], arms: [], refusal: undefined }),
      async *stream(command) {
        yield { kind: "delta", text: "hel" };
        yield { kind: "delta", text: "lo" };
        yield { kind: "done", result: fakeResult("hello", command.requestId) };
      },
    },
    batches: {
      async *run({ read }) {
        const command = read(0);
        const outcome = "kind" in command ? command : fakeResult("hello", command.requestId);
        yield { kind: "result", index: 0, outcome };
      },
    },
    slots: {
      acquire: ({ models: [model], totalTokens = 0 }) => ({
        ...fakeGrant(),
        ...(model !== undefined && { model }),
        reservedTokens: totalTokens,
      }),
      settle: ({ usage }) => ({ kind: "settled", cost: undefined, usage: usage ?? {} }),
      release: (slotId) =>
        slotId === "slot_1" ? { kind: "released" } : refuse("SLOT_NOT_FOUND", "no such slot"),
      renew: (_slotId, leaseDurationMs = 0) => ({
        kind: "renewed",
        expireWallMs: 1_700_000_000_000 + leaseDurationMs,
      }),
    },
    usage: { report: () => fakeReport() },
    models: { list: () => [] },
    estimates: {
      estimate: () => ({
        kind: "estimated",
        model: "fake/model",
        inputTokens: 7,
        outputTokens: 100,
        cost: undefined,
        method: "counted",
        tokenizer: "o200k_base",
        inputCorrection: undefined,
        outputSource: "default",
      }),
    },
    admin: {
      setTier: () => ({ kind: "tier_set", pools: [] }),
      setModelPreference: () => ({ kind: "preference_set", taskModels: {} }),
      resetUsage: () => 1_700_000_000_000,
      listAlerts: () => [],
      reloadConfig: () => ({ kind: "reloaded", changedPaths: [], restartPaths: [] }),
    },
    ...changes,
  };
}

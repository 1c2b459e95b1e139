import { describe, expect, test } from "vitest";
import { refuseRoute } from "../../src/fallback/refuse-route.ts";
import { route } from "../../src/fallback/route.ts";
import { candidate, options, PLAIN_NEEDS, ranked } from "./candidate.ts";

describe("refusals", () => {
  const limits = [{ subject: "pool a/1", description: "requests" }];
  const off = { availability: { kind: "disabled", explanation: "off" } } as const;
  const over = {
    budget: {
      kind: "over",
      explanation: "spent",
      retryAfterMs: 77,
      violation: { subject: "budget daily", description: "spent" },
    },
  } as const;
  test.each([
    ["WAIT_TOO_LONG", 3_000, [{ predictedWaitMs: 9_000 }, { predictedWaitMs: 8_000 }]],
    ["WAIT_TOO_LONG", 4_000, [{ predictedWaitMs: 9_000 }, { contextWindowTokens: 1 }]],
    ["QUEUE_FULL", 900, [{ queueFull: true, predictedWaitMs: 900 }, off]],
    ["CANDIDATES_UNAVAILABLE", 40, [{ breaker: { kind: "open", retryAfterMs: 40 } }, over]],
    ["BUDGET_EXCEEDED", 77, [over, { contextWindowTokens: 1 }]],
    ["PRICE_UNKNOWN", undefined, [{ budget: { kind: "price_unknown", explanation: "" } }, off]],
    ["REQUEST_TOO_LARGE", undefined, [{ contextWindowTokens: 1 }, off]],
    ["PROVIDER_NOT_CONFIGURED", undefined, [off]],
    ["MODEL_NOT_ALLOWED", undefined, [{ availability: { kind: "not_allowed", explanation: "" } }]],
  ] as const)("%s", (reason, retryAfterMs, changes) => {
    const candidates = changes.map((change, index) => candidate(`p${index}/1`, change));
    const refusal = refuseRoute(route(ranked(...candidates), options()), PLAIN_NEEDS);
    expect(refusal.reason).toBe(reason);
    expect(refusal.retryAfterMs).toBe(retryAfterMs);
  });

  test("name the limit, every candidate and the way out", () => {
    const found = route(
      ranked(candidate("a/1", { predictedWaitMs: 9_000, waitLimits: limits }), candidate("b/1", off)),
      options(),
    );
    expect(refuseRoute(found, PLAIN_NEEDS)).toMatchObject({
      message:
        "a/1 skipped: it would wait 9 s, longer than max_wait of 5 s. b/1 skipped: off. " +
        "Wait longer (max_wait and the deadline), or name further models.",
      quotaViolations: limits,
      metadata: { models: "a/1" },
    });
  });

  test("name the missing variable", () => {
    const availability = { kind: "not_configured", explanation: "set K", missingVariable: "K" } as const;
    const refusal = refuseRoute(route([candidate("a/1", { availability })], options()), PLAIN_NEEDS);
    expect(refusal.metadata).toEqual({ models: "a/1", variables: "K" });
  });

  test("fail_fast refuses for the first model's reason", () => {
    const found = route(
      ranked(candidate("a/1", off), candidate("b/1", { predictedWaitMs: 9_000 })),
      options({ strategy: "fail_fast" }),
    );
    expect(refuseRoute(found, PLAIN_NEEDS).reason).toBe("PROVIDER_NOT_CONFIGURED");
  });
});

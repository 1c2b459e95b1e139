import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  afterCall,
  type Breaker,
  type BreakerRules,
  type BreakerSignal,
  beforeCall,
  CLOSED_BREAKER,
  viewOf,
} from "../../../src/fallback/breaker/breaker.ts";
import { breakerSignal } from "../../../src/fallback/breaker/breaker-signal.ts";

const RULES: BreakerRules = {
  consecutiveFailures: 3,
  failureRate: 0.5,
  minCalls: 10,
  windowMs: 60_000,
  openMs: 1_000,
  maxOpenMs: 3_000,
  probeTimeoutMs: 20_000,
};

/** Makes one call: `no` when it does not pass. */
function call(breaker: Breaker, nowMs: number, signal: BreakerSignal): Breaker | "no" {
  const { passage, breaker: begun } = beforeCall(breaker, nowMs, RULES);
  return passage === "no" ? "no" : afterCall(begun, { passage, signal, nowMs }, RULES);
}

/** Calls at the given times, all of which must pass. `+` success, `-` failure, `.` nothing. */
function run(calls: string, { from = CLOSED_BREAKER as Breaker, startMs = 0, stepMs = 10 } = {}): Breaker {
  let breaker = from;
  for (const [index, mark] of [...calls].entries()) {
    const signal = mark === "+" ? "success" : mark === "-" ? "failure" : "nothing";
    const next = call(breaker, startMs + index * stepMs, signal);
    if (next === "no") throw new Error(`call ${index} did not pass`);
    breaker = next;
  }
  return breaker;
}

describe("opens", () => {
  test.each([
    ["after failures in a row", "---", "open"],
    ["not before", "--", "closed"],
    ["not when a success comes between", "--+--+--", "closed"],
    ["counting through calls that say nothing", "--.-", "open"],
    ["at the failure rate, once there are enough calls", "--+--+-+-+-", "open"],
    ["not below the failure rate", "-+-+-++-++-++", "closed"],
    ["not by the rate of too few calls", "--+--+--+", "closed"],
  ])("%s: %s", (_, calls, kind) => {
    expect(run(calls).kind).toBe(kind);
  });

  test("failures leave the window", () => {
    const old = run("--+--+--+");
    const fresh = run("+-", { from: old, startMs: 60_000 });
    expect(fresh.kind).toBe("closed");
    expect(run("+-", { from: old, startMs: 50_000 }).kind).toBe("open");
  });
});

describe("open", () => {
  const open = run("---");

  test("lets nothing pass until its time is over, then one probe", () => {
    expect(beforeCall(open, 1_019, RULES).passage).toBe("no");
    expect(viewOf(open, 1_019, RULES)).toEqual({ kind: "open", retryAfterMs: 1 });
    expect(viewOf(open, 1_020, RULES)).toEqual({ kind: "half_open", probing: false });
    const { passage, breaker } = beforeCall(open, 1_020, RULES);
    expect(passage).toBe("probe");
    expect(beforeCall(breaker, 1_020, RULES).passage).toBe("no");
    expect(viewOf(breaker, 1_020, RULES)).toEqual({ kind: "half_open", probing: true });
  });

  test("the end of a call from before says nothing", () => {
    for (const signal of ["success", "failure"] as const) {
      expect(afterCall(open, { passage: "call", signal, nowMs: 30 }, RULES)).toBe(open);
    }
  });

  test("a probe that succeeds closes it, with nothing held against it", () => {
    expect(call(open, 1_020, "success")).toEqual(CLOSED_BREAKER);
  });

  test("each failed probe opens it for twice as long, up to the most", () => {
    const untils: number[] = [];
    let breaker: Breaker = open;
    for (let nowMs = 1_020; untils.length < 4; nowMs += 5_000) {
      breaker = call(breaker, nowMs, "failure") as Breaker;
      if (breaker.kind === "open") untils.push(breaker.untilMs - nowMs);
    }
    expect(untils).toEqual([2_000, 3_000, 3_000, 3_000]);
  });

  test("a probe that says nothing makes room for another", () => {
    const free = call(open, 1_020, "nothing") as Breaker;
    expect(beforeCall(free, 1_021, RULES).passage).toBe("probe");
  });

  test("a probe of which nothing is heard is given up", () => {
    const { breaker } = beforeCall(open, 2_000, RULES);
    expect(beforeCall(breaker, 21_999, RULES).passage).toBe("no");
    expect(beforeCall(breaker, 22_000, RULES).passage).toBe("probe");
  });

  test("while half-open the end of an old call is no probe's", () => {
    const { breaker } = beforeCall(open, 1_020, RULES);
    expect(afterCall(breaker, { passage: "call", signal: "success", nowMs: 1_030 }, RULES)).toBe(breaker);
  });
});

test("at most one probe is on its way, and none passes while it is open", () => {
  const anyStep = fc.record({
    waitMs: fc.integer({ min: 0, max: 900 }),
    signal: fc.constantFrom<BreakerSignal>("success", "failure", "nothing"),
    ends: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 200 }), (steps) => {
      let breaker: Breaker = CLOSED_BREAKER;
      let nowMs = 0;
      const running: ("call" | "probe")[] = [];
      for (const { waitMs, signal, ends } of steps) {
        nowMs += waitMs;
        const wasOpen = viewOf(breaker, nowMs, RULES).kind === "open";
        const begun = beforeCall(breaker, nowMs, RULES);
        breaker = begun.breaker;
        if (begun.passage !== "no") {
          expect(wasOpen).toBe(false);
          running.push(begun.passage);
        }
        const passage = ends || running.length > 5 ? running.shift() : undefined;
        if (passage !== undefined) breaker = afterCall(breaker, { passage, signal, nowMs }, RULES);
        // The steps last at most 180 s in all, and five calls at most 4.5 s, so no probe is given up.
        expect(running.filter((one) => one === "probe").length).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test("what each reason says", () => {
  expect(breakerSignal(undefined)).toBe("success");
  expect(breakerSignal("OVERLOADED")).toBe("failure");
  expect(breakerSignal("AUTHENTICATION")).toBe("failure");
  expect(breakerSignal("RATE_LIMITED")).toBe("success");
  expect(breakerSignal("VALIDATION")).toBe("success");
  expect(breakerSignal("CANCELLED")).toBe("nothing");
});

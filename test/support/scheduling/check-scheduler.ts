import fc from "fast-check";
import type { Amounts, Limit } from "../../../src/core/limit.ts";
import type { Lease } from "../../../src/scheduler/lease.ts";
import type { PoolRules } from "../../../src/tracker/pool-rules.ts";
import { askedAmounts, usedOf } from "./arbitrary.ts";
import { Oracle, type OracleCall } from "./oracle.ts";
import { type Asked, TestBench } from "./test-bench.ts";

/** One step of a random life of a scheduler with one pool and one tenant. */
export type Step =
  | { readonly kind: "wait"; readonly durationMs: number }
  | { readonly kind: "ask"; readonly amounts: Amounts; readonly level: number; readonly maxWaitMs: number }
  | { readonly kind: "settle"; readonly pick: number; readonly share: number }
  | { readonly kind: "release" | "cancel"; readonly pick: number }
  | { readonly kind: "hold"; readonly durationMs: number };

const pick = fc.nat({ max: 1000 });

export const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      durationMs: fc.oneof(fc.integer({ min: 0, max: 800 }), fc.integer({ min: 1000, max: 20_000 })),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("ask" as const),
      amounts: askedAmounts,
      level: fc.integer({ min: 0, max: 3 }),
      maxWaitMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30_000 })),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("settle" as const),
      pick,
      share: fc.constantFrom(0, 0.3, 1, 1.5),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("release" as const, "cancel" as const), pick }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("hold" as const),
      durationMs: fc.integer({ max: 9000, min: 0 }),
    }),
  },
);

/** Limits of seconds only, so that the oracle's list stays short. */
export const shortLimits: fc.Arbitrary<Limit[]> = fc.array(
  fc.oneof(
    fc.record({
      metric: fc.constant("requests" as const),
      windowMs: fc.constantFrom(1000, 5000),
      amount: fc.integer({ min: 1, max: 12 }),
    }),
    fc.record({
      metric: fc.constantFrom("tokens" as const, "input_tokens" as const, "output_tokens" as const),
      windowMs: fc.constantFrom(2000, 5000),
      amount: fc.integer({ min: 120, max: 800 }),
    }),
    fc.record({
      metric: fc.constant("concurrent" as const),
      windowMs: fc.constant(0),
      amount: fc.integer({ min: 1, max: 6 }),
    }),
  ),
  { minLength: 1, maxLength: 3 },
);

interface Request {
  readonly step: Extract<Step, { kind: "ask" }>;
  readonly asked: Asked;
  readonly deadlineMs: number;
}

/**
 * Plays a life on a scheduler beside the oracle, and throws where a start does not fit, comes after its deadline or
 * before its turn, where the head could start and does not, or where a request is refused that could be in time.
 * Returns how many calls started.
 */
export class SchedulerCheck {
  readonly #bench: TestBench;
  readonly #oracle: Oracle;
  readonly #rules: PoolRules;
  readonly #open: { lease: Lease; known: OracleCall }[] = [];
  #waiting: Request[] = [];
  started = 0;

  constructor(rules: PoolRules) {
    this.#rules = rules;
    this.#bench = new TestBench(rules, { agingMs: Number.POSITIVE_INFINITY });
    this.#oracle = new Oracle(rules, 0);
  }

  async play(life: readonly Step[]): Promise<void> {
    for (const step of life) {
      await this.#apply(step);
      await this.#bench.run(0);
      this.#checkHead();
    }
    await this.#run(60_000);
    const late = this.#waiting.filter(({ deadlineMs }) => deadlineMs < this.#nowMs);
    if (late.length > 0) throw new Error(`${late.length} still wait after their deadlines`);
  }

  get #nowMs(): number {
    return this.#bench.clock.monotonicMs();
  }

  async #apply(step: Step): Promise<void> {
    switch (step.kind) {
      case "wait":
        return this.#run(step.durationMs);
      case "ask":
        return this.#ask(step);
      case "settle": {
        const call = take(this.#open, step.pick);
        if (call === undefined) return;
        const actual = usedOf(call.lease, step.share);
        this.#oracle.settle(this.#nowMs, call.known, actual);
        this.#bench.scheduler.settle(call.lease, actual);
        return;
      }
      case "release": {
        const call = take(this.#open, step.pick);
        if (call === undefined) return;
        this.#oracle.release(call.known);
        this.#bench.scheduler.release(call.lease);
        return;
      }
      case "cancel":
        this.#waiting[step.pick % Math.max(1, this.#waiting.length)]?.asked.leave();
        return;
      case "hold":
        this.#oracle.hold(this.#nowMs + step.durationMs);
        this.#bench.scheduler.hold(this.#bench.pool, step.durationMs);
        return;
    }
  }

  async #run(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs;
    for (;;) {
      const nextMs = this.#bench.clock.nextTimerMs();
      if (nextMs === undefined || nextMs > untilMs) break;
      await this.#bench.run(nextMs - this.#nowMs);
      this.#checkHead();
    }
    await this.#bench.run(untilMs - this.#nowMs);
  }

  async #ask(step: Extract<Step, { kind: "ask" }>): Promise<void> {
    const { amounts, level, maxWaitMs } = step;
    if (this.#bench.pool.usage.tooLarge(amounts) !== undefined) return;
    const nowMs = this.#nowMs;
    const plannedMs = this.#planned(step);
    const deadlineMs = nowMs + maxWaitMs;
    const asked = this.#bench.ask({
      amounts,
      level,
      maxWaitMs,
      onGranted: (lease) => this.#started(amounts, deadlineMs, lease),
    });
    const { answer } = asked;
    this.#waiting.push({ step, asked, deadlineMs });
    if (answer?.kind === "refused" && plannedMs !== undefined && plannedMs <= deadlineMs) {
      throw new Error(`refused at ${nowMs} though it could start at ${plannedMs}: ${answer.message}`);
    }
  }

  /**
   * The start of a newcomer by brute force, with open calls ended now; undefined where that is not what is promised:
   * places of a limit of concurrency are expected back after the usual time.
   */
  #planned(newcomer: Extract<Step, { kind: "ask" }>): number | undefined {
    const { chargeAt, limits } = this.#rules;
    if (chargeAt !== "start" || limits.some(({ metric }) => metric === "concurrent")) return undefined;
    const waiting = this.#waiting.filter(({ asked }) => asked.answer === undefined);
    const before = waiting.filter(({ step }) => step.level <= newcomer.level).map(({ step }) => step);
    const order = [...before].sort((left, right) => left.level - right.level);
    const future = this.#oracle.withAllEnded(this.#nowMs);
    let startMs = this.#nowMs;
    for (const { amounts } of [...order, newcomer]) {
      startMs = future.earliestMs(startMs, amounts, 0);
      const call = future.charge(startMs, amounts);
      future.settle(startMs, call, amounts);
    }
    return startMs;
  }

  #started(amounts: Amounts, deadlineMs: number, lease: Lease): void {
    if (!this.#oracle.fits(lease.startMs, amounts, 0)) throw new Error(`one too many at ${lease.startMs}`);
    if (lease.startMs > deadlineMs) throw new Error(`started after its deadline at ${lease.startMs}`);
    this.#open.push({ lease, known: this.#oracle.charge(lease.startMs, amounts) });
    this.started++;
  }

  /** Whoever is first among those that wait has no room. */
  #checkHead(): void {
    this.#waiting = this.#waiting.filter(({ asked }) => asked.answer === undefined);
    let head: Request | undefined;
    for (const request of this.#waiting) {
      if (head === undefined || request.step.level < head.step.level) head = request;
    }
    if (head === undefined) return;
    if (this.#oracle.fits(this.#nowMs, head.step.amounts, 0)) {
      throw new Error(`the head of the queue waits at ${this.#nowMs} though it has room`);
    }
  }
}

function take<Item>(items: Item[], pick: number): Item | undefined {
  return items.length === 0 ? undefined : items.splice(pick % items.length, 1)[0];
}

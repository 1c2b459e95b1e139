import { sleep } from "../core/sleep.ts";
import { type AttemptOutcome, type AttemptTools, makeAttempt } from "./attempt.ts";
import type { AttemptPlan } from "./attempt-plan.ts";
import type { FittedRequest } from "./fit-context.ts";
import { overtake, overtakenError } from "./overtaken.ts";
import type { StreamSink } from "./stream-sink.ts";

/** An attempt at another candidate, to be made when the first one is slow. */
export interface HedgePlan {
  readonly fitted: FittedRequest;
  readonly plan: AttemptPlan;
}

/** When and how a slow attempt gets company. */
export interface Hedge {
  /** From the start of the first call, in milliseconds. */
  readonly afterMs: number;
  /** In order of preference; the first that starts is made. */
  plans(): Iterable<HedgePlan>;
}

/** An attempt that was made beside the first. */
export interface HedgeAttempt {
  readonly fitted: FittedRequest;
  readonly outcome: Exclude<AttemptOutcome, { kind: "not_started" }>;
}

/** How a request fared at one candidate, and at the one that was called beside it. */
export interface RaceOutcome {
  readonly first: AttemptOutcome;
  /** Undefined: only the first was called. */
  readonly second: HedgeAttempt | undefined;
  /** True: the second has answered, or its answer had begun when it broke off. */
  readonly isSecondDecisive: boolean;
}

/**
 * Makes an attempt and, when no answer (of a stream: no first token) has come after a while, one at another candidate
 * beside it. Whichever begins to answer first is the answer; the other is given up at once. Nothing of it is delivered.
 */
export async function raceAttempts(
  plan: AttemptPlan,
  hedge: Hedge,
  tools: AttemptTools,
): Promise<RaceOutcome> {
  const race = new Race();
  const firstEnded = new AbortController();
  let hedging: Promise<HedgeAttempt | undefined> | undefined;
  const onCallStart = (): void => {
    hedging = sleep(tools.clock, hedge.afterMs, firstEnded.signal).then((isSlow) =>
      isSlow ? makeHedge(race, hedge, tools) : undefined,
    );
  };
  const entry = race.enter();
  const first = await run(race, entry, { ...plan, onCallStart }, tools);
  firstEnded.abort();
  const second = await hedging;
  return { first, second, isSecondDecisive: race.winner !== undefined && race.winner !== entry };
}

async function makeHedge(race: Race, hedge: Hedge, tools: AttemptTools): Promise<HedgeAttempt | undefined> {
  for (const { fitted, plan } of hedge.plans()) {
    if (race.winner !== undefined) return undefined;
    const outcome = await run(race, race.enter(), plan, tools);
    if (outcome.kind !== "not_started") return { fitted, outcome };
  }
  return undefined;
}

/** Who has begun to answer first. */
class Race {
  readonly #entries: AbortController[] = [];
  #winner: AbortController | undefined;

  get winner(): AbortController | undefined {
    return this.#winner;
  }

  enter(): AbortController {
    const entry = new AbortController();
    this.#entries.push(entry);
    return entry;
  }

  /** Asks for the right to answer: whoever does so first gets it, and the others are given up. */
  claim(entry: AbortController): boolean {
    if (this.#winner === undefined) {
      this.#winner = entry;
      for (const other of this.#entries) if (other !== entry) overtake(other);
    }
    return this.#winner === entry;
  }
}

async function run(
  race: Race,
  entry: AbortController,
  plan: AttemptPlan,
  tools: AttemptTools,
): Promise<AttemptOutcome> {
  const signal = AbortSignal.any([plan.signal, entry.signal]);
  const sink = plan.sink && racingSink(plan.sink, () => race.claim(entry));
  const outcome = await makeAttempt({ ...plan, signal, sink }, tools);
  return outcome.kind === "answered" && !race.claim(entry) ? tooLate(outcome) : outcome;
}

/** A sink that passes an answer on only when it is the first to begin. */
function racingSink(sink: StreamSink, claim: () => boolean): StreamSink {
  const claimOrEnd = (): void => {
    if (!claim()) throw overtakenError();
  };
  return {
    attemptStarted: (attempt) => sink.attemptStarted(attempt),
    async delta(text) {
      claimOrEnd();
      await sink.delta(text);
    },
    async toolCall(toolCall) {
      claimOrEnd();
      await sink.toolCall(toolCall);
    },
  };
}

/** An answer that came in the moment in which it was given up: it is charged in full, and not delivered. */
function tooLate({ record, row }: Extract<AttemptOutcome, { kind: "answered" }>): AttemptOutcome {
  const error = overtakenError();
  const { reason, message } = error;
  const cancelled = { outcome: "cancelled", errorReason: reason, errorMessage: message } as const;
  return {
    kind: "failed",
    error,
    tokensStreamed: false,
    hadBegun: false,
    record: { ...record, ...cancelled },
    row: { ...row, outcome: "cancelled", reason },
  };
}

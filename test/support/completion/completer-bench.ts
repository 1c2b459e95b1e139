import { CandidateList } from "../../../src/completion/candidate-list.ts";
import { Completer } from "../../../src/completion/completer.ts";
import { DeploymentHealth } from "../../../src/completion/deployment-health.ts";
import { Deployments } from "../../../src/completion/deployments.ts";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { BudgetBook } from "../../../src/cost/budget/budget-book.ts";
import { PriceBook } from "../../../src/cost/price/price-book.ts";
import { type Encodings, loadEncodings, TokenEstimator } from "../../../src/cost/tokens/token-estimator.ts";
import { PoolDirectory } from "../../../src/scheduler/pool-directory.ts";
import { RateFeedback } from "../../../src/scheduler/rate-feedback.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { MemoryLedger } from "../../../src/stores/memory/ledger.ts";
import { HEADER_PARSERS } from "../../../src/tracker/feedback/header-parsers.ts";
import { setupFrom } from "../../config/config-from.ts";
import { type Line, ScriptedProvider, type SeenCall } from "./scripted-provider.ts";

let encodings: Promise<Encodings> | undefined;

/** The real completion, scheduler, budgets and ledger on a clock that stands still, with scripted providers. */
export async function makeCompleterBench(options: {
  readonly config: string;
  readonly seed: number;
  /** What a deployment does with its n-th call, from 0. */
  readonly lineOf: (deployment: string, callIndex: number) => Line;
  /** Told of each call before it is answered. */
  readonly onCall: (seen: SeenCall) => void;
  /** Told of each breaker that changes its state. */
  readonly onBreaker?: (deployment: string, state: string) => void;
}) {
  const { config, catalog } = setupFrom(options.config);
  encodings ??= loadEncodings();
  const clock = new ManualClock({ wallMs: Date.UTC(2026, 10, 22) });
  const random = seededRandom(options.seed);
  const scheduler = new Scheduler({
    clock,
    agingMs: config.scheduler.agingMs,
    maxQueue: config.scheduler.maxQueueLength,
    weightOf: () => 1,
    onExpired: () => {
      throw new Error("a slot of a Complete expired");
    },
  });
  const onRoom = (): void => {
    for (const pool of pools.all()) pool.noteRoom(clock.monotonicMs());
  };
  const budgets = new BudgetBook({ budgets: config.budgets, tenants: [], clock, onRoom });
  const ledger = new MemoryLedger();
  const health = new DeploymentHealth(clock, options.onBreaker);
  const pools = new PoolDirectory({ scheduler, config: config.scheduler, clock, catalog });
  const shared = {
    clock,
    config,
    scheduler,
    pools,
    deployments: new Deployments(catalog, []),
    estimator: new TokenEstimator({ encodings: await encodings, random }),
    prices: new PriceBook({ assumedPrice: config.budgets.assumedPrice }),
    budgets,
    ledger,
    health,
    feedback: new RateFeedback({ scheduler, clock, parserOf: () => HEADER_PARSERS.other }),
  };
  const providers = new Map(
    catalog.deployments.map(({ id }) => {
      const lineOf = (index: number): Line => options.lineOf(id, index);
      return [id, new ScriptedProvider({ clock, deployment: id, lineOf, onCall: options.onCall })];
    }),
  );
  const completer = new Completer({
    ...shared,
    random,
    refuseNew: () => undefined,
    candidates: new CandidateList({
      ...shared,
      providerOf: ({ id }) => providers.get(id),
      scopesOf: () => [],
    }),
    tools: { ...shared, guardMs: config.scheduler.guardMs, capturesContent: false },
    turns: { next: () => 0 },
  });
  return { completer, clock, health, scheduler, pools, budgets, ledger };
}

/** Lets the clock run from timer to timer until the work is done. Fails when it waits for nothing. */
export async function runClock<Result>(clock: ManualClock, work: Promise<Result>): Promise<Result> {
  let isDone = false;
  const done = (): void => {
    isDone = true;
  };
  work.then(done, done);
  for (let idleTurns = 0; ; ) {
    await new Promise(setImmediate);
    if (isDone) return work;
    const nextMs = clock.nextTimerMs();
    if (nextMs !== undefined) clock.advanceTo(nextMs);
    idleTurns = nextMs === undefined ? idleTurns + 1 : 0;
    if (idleTurns > 100) throw new Error("the work waits for nothing");
  }
}

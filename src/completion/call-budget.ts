import type { Clock } from "../core/clock.ts";
import type { Amounts } from "../core/limit.ts";
import type { BudgetBook, BudgetCall, RequestSpending } from "../cost/budget/budget-book.ts";
import type { BudgetVerdict } from "../cost/budget/budget-report.ts";
import type { BudgetScope } from "../cost/budget/budget-scope.ts";
import type { Series } from "../cost/ledger/series.ts";
import type { Cost } from "../cost/price/cost-of.ts";
import type { ModelPrice } from "../cost/price/model-price.ts";
import { worstCost } from "../cost/price/worst-cost.ts";
import type { Scope } from "../scheduler/scope.ts";

/** A call that budgets are asked about. */
export interface BudgetedCall {
  readonly series: Series;
  /** Undefined: the price is not known. */
  readonly price: ModelPrice | undefined;
  readonly amounts: Amounts;
}

/** The worst case of one possible call, and what the budgets say to it. */
export class CallBudget {
  /** The most that the call can cost. Undefined: the price is not known. */
  readonly worstCost: Cost | undefined;
  /** What the worst case is reserved from. Undefined: no budget applies. */
  readonly scope: BudgetScope | undefined;
  readonly #book: BudgetBook;
  readonly #clock: Clock;
  readonly #budgeted: BudgetedCall;
  readonly #call: BudgetCall;

  constructor(book: BudgetBook, clock: Clock, budgeted: BudgetedCall) {
    const { series, price, amounts } = budgeted;
    this.#book = book;
    this.#clock = clock;
    this.#budgeted = budgeted;
    this.worstCost = price && worstCost(price, amounts, clock.wallMs());
    this.#call = { ...series, worstCostNanoUsd: this.worstCost?.totalNanoUsd };
    this.scope = book.scopeFor(this.#call, costOfSettled);
  }

  /** Whether the call fits, at once or when others have ended. */
  verdict(request: RequestSpending): BudgetVerdict {
    return this.#book.verdictFor(this.#call, request);
  }

  /** The same call in another size. */
  resized(amounts: Amounts): CallBudget {
    return new CallBudget(this.#book, this.#clock, { ...this.#budgeted, amounts });
  }

  /** What must have room before the call may start: its budgets besides `others`. */
  scopes(others: readonly Scope[]): readonly Scope[] {
    return this.scope === undefined ? others : [...others, this.scope];
  }
}

/** What a call took from limits, and what it cost; undefined: not known. */
interface SettledAmounts extends Amounts {
  readonly costNanoUsd: bigint | undefined;
}

/** `actual` with the cost beside it, by which budgets are settled. */
export function withCost(actual: Amounts, costNanoUsd: bigint | undefined): Amounts {
  const { requests, inputTokens, outputTokens, totalTokens } = actual;
  return {
    requests,
    inputTokens,
    outputTokens,
    totalTokens,
    costNanoUsd,
  } satisfies SettledAmounts as Amounts;
}

/** What a settled call did cost, as {@link withCost} has noted it. Undefined: not known. */
export function costOfSettled(actual: Amounts): bigint | undefined {
  return (actual as Partial<SettledAmounts>).costNanoUsd;
}

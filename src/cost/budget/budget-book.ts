import type { BudgetsConfig, TenantConfig } from "../../config/config.ts";
import type { Clock, Timer } from "../../core/clock.ts";
import type { Series } from "../ledger/series.ts";
import { BudgetAccount } from "./budget-account.ts";
import type { BudgetReport, BudgetVerdict } from "./budget-report.ts";
import { appliesTo, type BudgetRule, budgetRules, countedValue, ofScope } from "./budget-rule.ts";
import { BudgetScope, type BudgetScopeHost, type CallCost } from "./budget-scope.ts";
import { boundReport, explainBound, type RequestBound, requestBounds } from "./request-bound.ts";

/** A call that is about to be made. */
export interface BudgetCall extends Series {
  /** The most that it can cost. Undefined: its price is not known. */
  readonly worstCostNanoUsd: bigint | undefined;
}

/** What one request may spend, and has spent already. */
export interface RequestSpending {
  /** The request's own bound, `max_cost`. Undefined: it has none. */
  readonly maxCostNanoUsd: bigint | undefined;
  /** By earlier attempts of the same request. */
  readonly spentNanoUsd: bigint;
}

/** What a {@link BudgetBook} is made of. */
export interface BudgetBookOptions {
  readonly budgets: BudgetsConfig;
  readonly tenants: readonly TenantConfig[];
  readonly clock: Clock;
  /** Told when a budget may have room again though no call has ended: a period began, or a late call cost less. */
  readonly onRoom: () => void;
}

/** Accounts of single tag values at which those without spending in their period are let go. */
const MOST_ACCOUNTS = 10_000;

/**
 * All budgets. The worst case of a call is reserved before it starts and replaced by its real cost when it ends, so
 * that however many calls run at once, they overspend by no more than their worst cases were wrong.
 */
export class BudgetBook {
  readonly #rules: readonly BudgetRule[];
  readonly #bounds: readonly RequestBound[];
  readonly #timeZone: string;
  /** How a price may become known. */
  readonly #priceAdvice: string;
  readonly #clock: Clock;
  readonly #host: BudgetScopeHost;
  readonly #accounts: Map<string, BudgetAccount>[];
  #accountCount = 0;
  #roomTimer: Timer | undefined;
  #roomWallMs = Number.POSITIVE_INFINITY;

  constructor({ budgets, tenants, clock, onRoom }: BudgetBookOptions) {
    this.#rules = budgetRules(budgets, tenants);
    this.#bounds = requestBounds(budgets, tenants);
    this.#timeZone = budgets.timeZone;
    this.#priceAdvice = budgets.trackCosts
      ? "set its price, or budgets.assume_price"
      : "budgets.track_costs is false; leave it out";
    this.#clock = clock;
    this.#host = { clock, noteRoom: onRoom, noteRoomAt: (wallMs) => this.#noteRoomAt(wallMs) };
    this.#accounts = this.#rules.map(() => new Map());
    for (const [index, { selector }] of this.#rules.entries()) {
      if (selector.tag === undefined || selector.tag.value !== undefined) this.#account(index, "");
    }
  }

  /** The budgets by calendar period. */
  get rules(): readonly BudgetRule[] {
    return this.#rules;
  }

  /** There is no budget at all, neither of a period nor of a request. */
  get isEmpty(): boolean {
    return this.#rules.length + this.#bounds.length === 0;
  }

  /** Whether a call fits all budgets, or will once others have settled. A call that can cost nothing always fits. */
  verdictFor(call: BudgetCall, request: RequestSpending): BudgetVerdict {
    const { worstCostNanoUsd } = call;
    const accounts = this.#accountsOf(call);
    const bounds = this.#boundsFor(call, request);
    if (worstCostNanoUsd === undefined) {
      if (accounts.length + bounds.length === 0) return { kind: "within" };
      const name = bounds[0]?.name ?? `the ${accounts[0]!.name}`;
      return {
        kind: "price_unknown",
        explanation: `its price is not known, and ${name} applies: ${this.#priceAdvice}`,
      };
    }
    if (worstCostNanoUsd === 0n) return { kind: "within" };
    const tight = bounds.find((bound) => request.spentNanoUsd + worstCostNanoUsd > bound.amountNanoUsd);
    if (tight !== undefined) {
      const { name, subject, amountNanoUsd } = tight;
      return over(
        subject,
        explainBound(name, amountNanoUsd, request.spentNanoUsd, worstCostNanoUsd),
        undefined,
      );
    }
    return this.#verdictOf(accounts, worstCostNanoUsd);
  }

  /** The budgets to reserve from before a call starts. Undefined: none applies, or the price is not known. */
  scopeFor(call: BudgetCall, costOf: CallCost["costOf"]): BudgetScope | undefined {
    const { worstCostNanoUsd } = call;
    const accounts = this.#accountsOf(call);
    if (worstCostNanoUsd === undefined || accounts.length === 0) return undefined;
    return new BudgetScope(accounts, { worstCostNanoUsd, costOf }, this.#host);
  }

  /** Counts what was spent before this process began: see `restore-budgets.ts`. */
  addSpent(rule: BudgetRule, call: Series, nanoUsd: bigint): void {
    if (appliesTo(rule.selector, call)) {
      this.#account(this.#rules.indexOf(rule), countedValue(rule.selector, call)).spend(nanoUsd);
    }
  }

  /** All budgets as they stand now; with a tenant, only those of that tenant alone. */
  reports(tenant?: string): BudgetReport[] {
    const wallMs = this.#clock.wallMs();
    const bounds = this.#bounds.filter((bound) => tenant === undefined || bound.selector.tenant === tenant);
    const accounts = this.#accounts.flatMap((byValue) => [...byValue.values()]);
    return [
      ...bounds.map((bound) => boundReport(bound, this.#timeZone)),
      ...accounts
        .filter(({ rule }) => tenant === undefined || rule.selector.tenant === tenant)
        .map((account) => {
          account.roll(wallMs);
          return account.report();
        }),
    ];
  }

  /** How periods stood that have ended since this was last asked, those in which nothing was spent aside. */
  takeEnded(): BudgetReport[] {
    const wallMs = this.#clock.wallMs();
    const accounts = this.#accounts.flatMap((byValue) => [...byValue.values()]);
    return accounts.flatMap((account) => {
      account.roll(wallMs);
      return account.takeEnded() ?? [];
    });
  }

  /** Forgets the timer. */
  close(): void {
    this.#roomTimer?.cancel();
  }

  #verdictOf(accounts: readonly BudgetAccount[], worstCostNanoUsd: bigint): BudgetVerdict {
    const full = accounts.filter((account) => !account.couldFit(worstCostNanoUsd));
    if (full.length === 0) return { kind: "within" };
    for (const account of full) account.noteRefused(worstCostNanoUsd);
    const last = full.reduce((late, account) => (account.endMs > late.endMs ? account : late));
    const never = full.find(({ rule }) => worstCostNanoUsd > rule.amountNanoUsd);
    const named = never ?? last;
    const retryAfterMs = never === undefined ? last.endMs - this.#clock.wallMs() : undefined;
    return over(named.subject, named.explain(worstCostNanoUsd), retryAfterMs);
  }

  #boundsFor(
    call: Series,
    request: RequestSpending,
  ): { name: string; subject: string; amountNanoUsd: bigint }[] {
    const own = request.maxCostNanoUsd;
    return [
      ...(own === undefined ? [] : [{ name: "max_cost", subject: "max_cost", amountNanoUsd: own }]),
      ...this.#bounds
        .filter(({ selector }) => appliesTo(selector, call))
        .map(({ selector, amountNanoUsd }) => {
          const subject = `budget per request${ofScope(selector, countedValue(selector, call))}`;
          return { name: `the ${subject}`, subject, amountNanoUsd };
        }),
    ];
  }

  #accountsOf(call: Series): BudgetAccount[] {
    const accounts: BudgetAccount[] = [];
    for (const [index, { selector }] of this.#rules.entries()) {
      if (appliesTo(selector, call)) accounts.push(this.#account(index, countedValue(selector, call)));
    }
    return accounts;
  }

  /** The account of a rule for a value, in its present period. */
  #account(index: number, value: string): BudgetAccount {
    const byValue = this.#accounts[index]!;
    let account = byValue.get(value);
    if (account === undefined) {
      if (++this.#accountCount % MOST_ACCOUNTS === 0) this.#forgetIdle();
      account = new BudgetAccount(this.#rules[index]!, value, this.#timeZone);
      byValue.set(value, account);
    }
    account.touch(this.#clock.wallMs());
    return account;
  }

  #forgetIdle(): void {
    const wallMs = this.#clock.wallMs();
    for (const byValue of this.#accounts) {
      for (const [value, account] of byValue) {
        account.roll(wallMs);
        if (value !== "" && account.isForgettable(wallMs)) byValue.delete(value);
      }
    }
  }

  #noteRoomAt(wallMs: number): void {
    if (wallMs >= this.#roomWallMs) return;
    this.#roomTimer?.cancel();
    this.#roomWallMs = wallMs;
    this.#roomTimer = this.#clock.after(wallMs - this.#clock.wallMs(), () => {
      this.#roomWallMs = Number.POSITIVE_INFINITY;
      if (this.#clock.wallMs() < wallMs) this.#noteRoomAt(wallMs);
      else this.#host.noteRoom();
    });
  }
}

function over(subject: string, explanation: string, retryAfterMs: number | undefined): BudgetVerdict {
  return { kind: "over", explanation, retryAfterMs, violation: { subject, description: explanation } };
}

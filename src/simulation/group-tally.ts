import type { RefusalReason } from "../core/refusal.ts";
import { waitReport } from "./quantiles.ts";
import type { GroupReport } from "./report.ts";

/** Counts what becomes of a group of requests. */
export class GroupTally {
  readonly #waitsMs: number[] = [];
  readonly #refused: Partial<Record<RefusalReason, number>> = {};
  #refusedCount = 0;
  #inputTokens = 0;
  #outputTokens = 0;

  addStart(waitedMs: number): void {
    this.#waitsMs.push(waitedMs);
  }

  addRefusal(reason: RefusalReason): void {
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
    this.#refusedCount++;
  }

  addUsage(inputTokens: number, outputTokens: number): void {
    this.#inputTokens += inputTokens;
    this.#outputTokens += outputTokens;
  }

  report(name: string): GroupReport {
    return {
      name,
      requests: this.#waitsMs.length + this.#refusedCount,
      started: this.#waitsMs.length,
      refused: this.#refused,
      waits: waitReport(this.#waitsMs),
      inputTokens: this.#inputTokens,
      outputTokens: this.#outputTokens,
    };
  }
}

/** Tallies by name, made when first asked for. */
export class GroupTallies {
  readonly #tallies = new Map<string, GroupTally>();

  of(name: string): GroupTally {
    let tally = this.#tallies.get(name);
    if (tally === undefined) {
      tally = new GroupTally();
      this.#tallies.set(name, tally);
    }
    return tally;
  }

  /** The reports of those names, in this order, that occurred. */
  reports(names: readonly string[]): GroupReport[] {
    return names.filter((name) => this.#tallies.has(name)).map((name) => this.of(name).report(name));
  }
}

import { SEVERAL_SOURCES } from "../../cost/ledger/usage-sums.ts";
import { rowsOf, type SumBlock } from "./ledger-block.ts";
import { SumTable } from "./sum-table.ts";
import type { UsageTally } from "./usage-tally.ts";

/**
 * Blocks added up by what stands for series that are in the same groups of a query: a sum is added once then, and not to
 * each of its groups.
 */
export class BlockSums {
  readonly #tally: UsageTally;
  readonly #textOf: (id: number) => string | undefined;
  #sums = new SumTable(SEVERAL_SOURCES);
  /** Of each place in the table the number that stands for its series, and the other way round. */
  readonly #members: number[] = [];
  readonly #places = new Map<number, number>();

  constructor(tally: UsageTally, textOf: (id: number) => string | undefined) {
    this.#tally = tally;
    this.#textOf = textOf;
  }

  /** Adds what is asked for of a block. */
  add(block: SumBlock): void {
    for (const row of rowsOf(block)) {
      const member = this.#tally.members.get(row[0]!);
      if (member !== undefined) {
        this.#sums.addRead(this.#placeOf(member), row, 1, this.#textOf(row.at(-1)!));
      }
    }
  }

  /** Adds all to the tally, in groups that start then, and begins anew. */
  flush(startMs: number): void {
    for (const [place, member] of this.#members.entries()) {
      if (this.#tally.isFull) break;
      this.#tally.addFrom(this.#sums, place, { member, startMs });
    }
    this.#sums = new SumTable(SEVERAL_SOURCES);
    this.#members.length = 0;
    this.#places.clear();
  }

  #placeOf(member: number): number {
    let place = this.#places.get(member);
    if (place === undefined) {
      place = this.#members.push(member) - 1;
      this.#places.set(member, place);
    }
    return place;
  }
}

import type { SpanContext } from "@opentelemetry/api";
import { fromMoneyJson } from "../core/money-json.ts";
import { TextMemory } from "../core/text-memory.ts";
import type { SlotCharge, SlotSettlement } from "../scheduler/slot-settlement.ts";
import type { SlotMemo } from "./slot-memo.ts";

/** How long an ended slot is remembered at least. */
const REMEMBERED_MS = 3_600_000;
/** Most ended slots that are remembered; older ones are forgotten first. */
const MOST_REMEMBERED = 100_000;

/** What two settlements must have in common to be the same. */
type SettledAs = Pick<SlotSettlement, "outcome" | "usage">;

/** How a slot was settled, and the answer to that. */
export interface SettledSlot extends SettledAs {
  readonly charge: SlotCharge;
}

/** What is remembered of a slot that has ended. */
export interface EndedSlot {
  readonly state: "settled" | "released";
  readonly tenant: string;
  readonly deployment: string;
  /** The span in which it was acquired. Undefined: nothing was traced. */
  readonly acquiredIn: SpanContext | undefined;
  /** Undefined: it was released. */
  readonly settled: SettledSlot | undefined;
}

/**
 * Slots that were settled or released, so that the same again gets the same answer. There are many, and hardly one is
 * asked for: as objects they were most of the heap, and their moving the longest pauses of the server.
 */
export class EndedSlots {
  readonly #texts = new TextMemory(REMEMBERED_MS, MOST_REMEMBERED);

  /** Takes in a slot that has ended now: settled, or without `settled` released. */
  add(slotId: string, memo: SlotMemo, settled: SettledSlot | undefined, nowMs: number): void {
    const slot = {
      state: settled === undefined ? "released" : "settled",
      tenant: memo.tenant,
      deployment: memo.deployment.id,
      acquiredIn: memo.acquiredIn && plainContext(memo.acquiredIn),
      settled: settled && { ...settled, charge: plainCharge(settled.charge) },
    };
    this.#texts.set(slotId, JSON.stringify(slot), nowMs);
  }

  find(slotId: string): EndedSlot | undefined {
    const text = this.#texts.get(slotId);
    return text === undefined ? undefined : (fromMoneyJson(text) as EndedSlot);
  }
}

/** Whether two settlements charge the same. */
export function isAlike(left: SettledAs, right: SettledAs): boolean {
  return left.outcome === right.outcome && JSON.stringify(left.usage) === JSON.stringify(right.usage);
}

function plainContext({ traceId, spanId, traceFlags }: SpanContext): SpanContext {
  return { traceId, spanId, traceFlags };
}

/** Amounts as digits, as `fromMoneyJson` reads them: `toMoneyJson` looks at each field of all and takes three times as long. */
function plainCharge({ kind, cost, usage }: SlotCharge): object {
  if (cost === undefined) return { kind, usage };
  const { inputNanoUsd, outputNanoUsd, totalNanoUsd, priceSource } = cost;
  const digits = {
    inputNanoUsd: String(inputNanoUsd),
    outputNanoUsd: String(outputNanoUsd),
    totalNanoUsd: String(totalNanoUsd),
  };
  return { kind, usage, cost: { ...digits, priceSource } };
}

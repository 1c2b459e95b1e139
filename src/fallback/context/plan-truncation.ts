import type { Message } from "../../core/chat.ts";
import type { MessageUnit } from "./message-units.ts";

/** What is kept of one message: all of it, or its longest text shortened to so many characters. */
export type Keep = { readonly kind: "whole" } | { readonly kind: "shortened"; readonly maxChars: number };

/** What is kept, by index of the message; the others are left out. */
export type TruncationPlan = ReadonlyMap<number, Keep>;

/** Less than this is not worth keeping of a message in the middle. */
const MIN_SHORTENED_CHARS = 200;
/** Less than this of the first or the last message says nothing. */
const MIN_END_CHARS = 40;
const WHOLE: Keep = { kind: "whole" };

/**
 * Chooses what to keep within `maxSize`, in the measure of {@link MessageUnit.size}: the system prompt, the first and
 * the last unit, and from the middle the newest ones, the oldest of them shortened. When the first and the last are too
 * large together, they are shortened themselves; a first one that cannot be is left out. Undefined: impossible.
 */
export function planTruncation(
  messages: readonly Message[],
  units: readonly MessageUnit[],
  maxSize: number,
): TruncationPlan | undefined {
  const system = units.filter(({ kind }) => kind === "system");
  const talk = units.filter(({ kind }) => kind !== "system");
  const first = talk[0];
  const last = talk.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const plan = new Map<number, Keep>();
  for (const unit of system) keepWhole(plan, unit);
  const room = maxSize - sizeOf(system);
  const ends = first === last ? [last] : [first, last];
  if (sizeOf(ends) > room) return keepEndsOnly(plan, messages, { first, last, room });
  for (const unit of ends) keepWhole(plan, unit);
  keepNewest(plan, messages, { middle: talk.slice(1, -1), room: room - sizeOf(ends) });
  return plan;
}

function keepNewest(
  plan: Map<number, Keep>,
  messages: readonly Message[],
  { middle, room }: { readonly middle: readonly MessageUnit[]; readonly room: number },
): void {
  let left = room;
  for (const unit of middle.toReversed()) {
    if (unit.size > left) {
      const maxChars = left - unit.size + shortenableChars(messages, unit);
      if (maxChars >= MIN_SHORTENED_CHARS) plan.set(unit.indices[0]!, { kind: "shortened", maxChars });
      return;
    }
    keepWhole(plan, unit);
    left -= unit.size;
  }
}

/** Shortens the first and the last unit; the smaller of them stays whole when it takes less than half of the room. */
function keepEndsOnly(
  plan: Map<number, Keep>,
  messages: readonly Message[],
  ends: { readonly first: MessageUnit; readonly last: MessageUnit; readonly room: number },
): TruncationPlan | undefined {
  const { first, last, room } = ends;
  const lastChars = shortenableChars(messages, last);
  const firstChars = first === last ? 0 : shortenableChars(messages, first);
  const others = first === last ? last.size - lastChars : first.size + last.size - firstChars - lastChars;
  const chars = room - others;
  const lastShare = Math.min(lastChars, Math.max(chars - firstChars, Math.floor(chars / 2)));
  const firstShare = Math.min(firstChars, chars - lastShare);
  const firstFits = firstShare >= Math.min(MIN_END_CHARS, firstChars);
  if (!firstFits || lastShare < Math.min(MIN_END_CHARS, lastChars)) {
    return first === last ? undefined : keepEndsOnly(plan, messages, { first: last, last, room });
  }
  if (first !== last) keepShortened(plan, first, firstShare, firstChars);
  keepShortened(plan, last, lastShare, lastChars);
  return plan;
}

function keepShortened(plan: Map<number, Keep>, unit: MessageUnit, maxChars: number, allChars: number): void {
  if (maxChars >= allChars) keepWhole(plan, unit);
  else plan.set(unit.indices[0]!, { kind: "shortened", maxChars });
}

function keepWhole(plan: Map<number, Keep>, unit: MessageUnit): void {
  for (const index of unit.indices) plan.set(index, WHOLE);
}

/** Characters of the text that can be shortened: the longest of a plain message. 0: none. */
function shortenableChars(messages: readonly Message[], { kind, indices }: MessageUnit): number {
  if (kind !== "plain") return 0;
  return messages[indices[0]!]!.parts.reduce(
    (most, part) => (part.kind === "text" ? Math.max(most, part.text.length) : most),
    0,
  );
}

function sizeOf(units: readonly MessageUnit[]): number {
  return units.reduce((sum, { size }) => sum + size, 0);
}

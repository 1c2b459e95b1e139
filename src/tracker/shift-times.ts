import type { CountersState } from "./counters-state.ts";
import type { AccountCheckpoint, JournalRecord } from "./journal.ts";

/** A record with all its times moved by `shiftMs`: each process has its own origin of monotonic time. */
export function shiftRecord(record: JournalRecord, shiftMs: number): JournalRecord {
  const atMs = record.atMs + shiftMs;
  switch (record.kind) {
    case "grant":
    case "renew":
      return { ...record, atMs, expireMs: record.expireMs + shiftMs };
    case "hold":
      return { ...record, atMs, untilMs: record.untilMs + shiftMs };
    default:
      return { ...record, atMs };
  }
}

/** A checkpoint with all its times moved by `shiftMs`. */
export function shiftCheckpoint(checkpoint: AccountCheckpoint, shiftMs: number): AccountCheckpoint {
  return {
    ...checkpoint,
    atMs: checkpoint.atMs + shiftMs,
    holdUntilMs: moved(checkpoint.holdUntilMs, shiftMs),
    counters: shiftCounters(checkpoint.counters, shiftMs),
    charges: checkpoint.charges.map(({ expiry, ...charge }) => ({
      ...charge,
      startMs: charge.startMs + shiftMs,
      expiry: expiry && { ...expiry, startMs: expiry.startMs + shiftMs },
    })),
    slots: checkpoint.slots.map((slot) => {
      return { ...slot, atMs: slot.atMs + shiftMs, expireMs: slot.expireMs + shiftMs };
    }),
  };
}

function shiftCounters(state: CountersState, shiftMs: number): CountersState {
  const events = state.events.slice();
  for (let at = 0; at < events.length; at += 5) events[at] = events[at]! + shiftMs;
  const counters = state.counters.map((counter) => {
    const { long } = counter;
    return {
      ...counter,
      foreignUntilMs: moved(counter.foreignUntilMs, shiftMs),
      long:
        long === undefined
          ? undefined
          : long.kind === "calendar"
            ? { ...long, dayStartMs: moved(long.dayStartMs, shiftMs) }
            : {
                ...long,
                originMs: long.originMs + shiftMs,
                buckets: long.buckets.map(([bucket, amount, newestMs]) => {
                  return [bucket, amount, newestMs + shiftMs] as const;
                }),
              },
    };
  });
  return { ...state, events, counters };
}

function moved(timeMs: number | undefined, shiftMs: number): number | undefined {
  return timeMs === undefined ? undefined : timeMs + shiftMs;
}

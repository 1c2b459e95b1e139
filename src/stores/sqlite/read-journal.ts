import type { DatabaseSync } from "node:sqlite";
import type { CountersState } from "../../tracker/counters-state.ts";
import type { AccountCheckpoint, JournalRecord, JournalState } from "../../tracker/journal.ts";
import { shiftCheckpoint, shiftRecord } from "../../tracker/shift-times.ts";

/** A checkpoint as it is written: the events stand beside it. */
export type StoredCheckpoint = Omit<AccountCheckpoint, "counters"> & {
  readonly counters: Omit<CountersState, "events">;
};

/** One instant on both clocks. */
interface Instant {
  readonly atMs: number;
  readonly wallMs: number;
}

/**
 * What the process before kept, with its times moved to this process's monotonic clock. The time between is what the
 * wall clock says; when that went back, none.
 * @throws {SyntaxError} when a row is damaged.
 */
export function readJournal(database: DatabaseSync, now: Instant): JournalState {
  const batches = database
    .prepare("SELECT batch, at_ms, wall_ms, records FROM journal_batch ORDER BY batch")
    .all();
  const checkpoints = database
    .prepare("SELECT batch, at_ms, wall_ms, state, events FROM journal_checkpoint")
    .all();
  const run = database.prepare("SELECT is_clean FROM journal_run").get();
  const shiftMs = shiftOf([...batches, ...checkpoints], now);
  return {
    isClean: run === undefined || run.is_clean === 1,
    checkpoints: checkpoints.map((row) => ({
      batch: Number(row.batch),
      checkpoint: shiftCheckpoint(parseCheckpoint(String(row.state), row.events), shiftMs),
    })),
    batches: batches.map((row) => ({
      batch: Number(row.batch),
      records: (JSON.parse(String(row.records)) as JournalRecord[]).map((record) => {
        return shiftRecord(record, shiftMs);
      }),
    })),
  };
}

/** What must be added to the old times: whole milliseconds, upwards, so that nothing leaves its window early. */
function shiftOf(rows: readonly Record<string, unknown>[], now: Instant): number {
  let latest: Instant | undefined;
  for (const row of rows) {
    const atMs = Number(row.at_ms);
    if (latest === undefined || atMs > latest.atMs) latest = { atMs, wallMs: Number(row.wall_ms) };
  }
  if (latest === undefined) return 0;
  const downMs = Math.max(0, now.wallMs - latest.wallMs);
  return Math.ceil(now.atMs - downMs - latest.atMs);
}

function parseCheckpoint(text: string, events: unknown): AccountCheckpoint {
  const stored = JSON.parse(text) as StoredCheckpoint;
  const bytes = Uint8Array.from(events as Uint8Array);
  if (bytes.length % (5 * Float64Array.BYTES_PER_ELEMENT) !== 0) throw new SyntaxError("events are cut off");
  return {
    ...stored,
    lossBound: stored.lossBound.map((bound: number | null) => bound ?? Number.POSITIVE_INFINITY),
    counters: { ...stored.counters, events: new Float64Array(bytes.buffer) },
  };
}

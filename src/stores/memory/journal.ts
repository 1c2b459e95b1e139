import type { Journal, JournalState } from "../../tracker/journal.ts";

/** A journal that keeps nothing: every start is the first. */
export const memoryJournal: Journal = {
  commitCount: 0,
  begin() {},
  append() {},
  commit() {},
  checkpoint() {},
};

/** What a process finds that starts for the first time. */
export const EMPTY_JOURNAL: JournalState = { isClean: true, checkpoints: [], batches: [] };

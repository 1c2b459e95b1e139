import type { CheckpointSource, Journal, JournalRecord, JournalState } from "../../../src/tracker/journal.ts";

/** A journal in memory that can be looked at after any record. */
export class RecordingJournal implements Journal {
  commitCount = 0;
  readonly #records: JournalRecord[] = [];
  readonly #checkpoints: JournalState["checkpoints"][number][] = [];
  #source: CheckpointSource | undefined;
  readonly #onAppend: () => void;

  /** `onAppend` is called after each record. */
  constructor(onAppend: () => void = () => {}) {
    this.#onAppend = onAppend;
  }

  begin(source: CheckpointSource): void {
    this.#source = source;
    for (const account of source.accounts()) this.checkpoint(account);
  }

  append(record: JournalRecord): void {
    this.#records.push(record);
    this.#onAppend();
  }

  commit(): boolean {
    this.commitCount++;
    return true;
  }

  checkpoint(account: string): void {
    this.commit();
    const checkpoint = this.#source?.checkpoint(account);
    if (checkpoint !== undefined) this.#checkpoints.push({ batch: this.#records.length, checkpoint });
  }

  /** What a process would find that starts now: the latest checkpoints, and the records that are needed beside. */
  state(isClean: boolean): JournalState {
    const latest = new Map(this.#checkpoints.map((entry) => [entry.checkpoint.account, entry] as const));
    const batches = this.#records.map((record, index) => ({ batch: index + 1, records: [record] }));
    const needed = batches.filter(({ batch, records: [record] }) => {
      return record!.accounts.some((account) => batch > (latest.get(account)?.batch ?? 0));
    });
    return { isClean, checkpoints: [...latest.values()], batches: needed };
  }
}

import type { AlertHistory, AlertRecord } from "../../cost/alerts/alert-store.ts";
import type { UsageQuery, UsageSummary } from "../../cost/ledger/usage-query.ts";
import type { LedgerEntry } from "../../cost/ledger.ts";
import { LedgerReadError } from "./ledger-errors.ts";
import type { LedgerCommand, LedgerReply } from "./ledger-messages.ts";
import { unpackSummary } from "./packed-summary.ts";

/** What the thread of the ledger was asked and has not answered yet. */
export class LedgerCalls {
  readonly #post: (command: LedgerCommand) => void;
  #queryCount = 0;
  readonly #queries = new Map<number, PromiseWithResolvers<UsageSummary>>();
  // The thread answers in the order in which it is asked.
  readonly #missing: PromiseWithResolvers<readonly LedgerEntry[]>[] = [];
  readonly #alertLoads: PromiseWithResolvers<AlertHistory>[] = [];
  readonly #alertSaves: PromiseWithResolvers<void>[] = [];

  /** `post` tells the thread. */
  constructor(post: (command: LedgerCommand) => void) {
    this.#post = post;
  }

  /** So many answers are awaited. */
  get count(): number {
    return this.#queries.size + this.#missing.length + this.#alertLoads.length + this.#alertSaves.length;
  }

  query(query: UsageQuery): Promise<UsageSummary> {
    const id = this.#queryCount++;
    const call = Promise.withResolvers<UsageSummary>();
    this.#queries.set(id, call);
    this.#post({ kind: "query", id, query });
    return call.promise;
  }

  findMissing(entries: readonly LedgerEntry[]): Promise<readonly LedgerEntry[]> {
    return this.#ask(this.#missing, { kind: "find_missing", entries });
  }

  loadAlerts(callsSinceWallMs: number): Promise<AlertHistory> {
    return this.#ask(this.#alertLoads, { kind: "load_alerts", callsSinceWallMs });
  }

  /** Resolves when it is kept, or cannot be as long as the thread lives. */
  saveAlert(record: AlertRecord): Promise<void> {
    return this.#ask(this.#alertSaves, { kind: "save_alert", record });
  }

  /** Takes what the thread says, where it is an answer. */
  take(reply: LedgerReply): void {
    switch (reply.kind) {
      case "answer":
        this.#takeQuery(reply.id).resolve(unpackSummary(reply.summary));
        break;
      case "query_failed":
        this.#takeQuery(reply.id).reject(new LedgerReadError(reply.explanation));
        break;
      case "missing":
        this.#missing.shift()!.resolve(reply.entries);
        break;
      case "alerts":
        this.#alertLoads.shift()!.resolve(reply.history);
        break;
      case "alerts_failed":
        this.#alertLoads.shift()!.reject(new LedgerReadError(reply.explanation));
        break;
      case "alert_saved":
        this.#alertSaves.shift()!.resolve();
        break;
    }
  }

  /** There will be no answers any more. */
  fail(explanation: string): void {
    for (const { resolve } of this.#alertSaves.splice(0)) resolve();
    for (const { reject } of [
      ...this.#queries.values(),
      ...this.#missing.splice(0),
      ...this.#alertLoads.splice(0),
    ]) {
      reject(new LedgerReadError(explanation));
    }
    this.#queries.clear();
  }

  #ask<Answer>(calls: PromiseWithResolvers<Answer>[], command: LedgerCommand): Promise<Answer> {
    const call = Promise.withResolvers<Answer>();
    calls.push(call);
    this.#post(command);
    return call.promise;
  }

  #takeQuery(id: number): PromiseWithResolvers<UsageSummary> {
    const query = this.#queries.get(id)!;
    this.#queries.delete(id);
    return query;
  }
}

import { type Context, trace } from "@opentelemetry/api";
import type { JsonObject } from "../core/chat.ts";
import type { Clock } from "../core/clock.ts";
import type { Refusal } from "../core/refusal.ts";
import type { LedgerEntry, LedgerSink } from "../cost/ledger.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { Candidate } from "./candidate.ts";
import type { CompleteCommand } from "./complete-request.ts";
import type { AttemptRecord } from "./complete-result.ts";
import { attemptEntry, refusalEntry } from "./request-entry.ts";
import { attemptMemo } from "./slot-memo.ts";

export interface AttemptLogOptions {
  readonly clock: Clock;
  readonly ledger: LedgerSink;
  readonly command: CompleteCommand;
  readonly tenant: string;
  /** Where the request's span is looked up. */
  readonly parent: Context;
}

/** The attempts of one Complete, and their rows in the ledger, of which exactly one ends the request. */
export class AttemptLog {
  readonly #options: AttemptLogOptions;
  readonly #attempts: AttemptRecord[] = [];
  #labels: Readonly<Record<string, string>>;
  #waitedInVainMs = 0;
  /** Whether an attempt stands in the ledger as the one that ended the request. */
  #isEnded = false;

  constructor(options: AttemptLogOptions) {
    this.#options = options;
    this.#labels = options.command.tags;
  }

  /** In the order of their starts. */
  get attempts(): readonly AttemptRecord[] {
    return this.#attempts;
  }

  /** What all of them together have cost so far, as far as it is known. */
  get spentNanoUsd(): bigint {
    return this.#attempts.reduce((sum, { cost }) => sum + (cost?.totalNanoUsd ?? 0n), 0n);
  }

  /** Milliseconds waited for turns, also for those that did not come. */
  get waitedMs(): number {
    return this.#attempts.reduce((sum, attempt) => sum + attempt.waitedMs, this.#waitedInVainMs);
  }

  /** Sets the labels of the rows from now on: the caller's tags with what Headway adds. */
  label(labels: Readonly<Record<string, string>>): void {
    this.#labels = labels;
  }

  /** An attempt has ended. */
  add(record: AttemptRecord): void {
    this.#attempts.push(record);
  }

  /** A wait that led to no attempt has ended. */
  addVainWait(waitedMs: number): void {
    this.#waitedInVainMs += waitedMs;
  }

  /** What a process that starts after a crash must know of a call that is about to be made. */
  memoOf(candidate: Candidate): JsonObject {
    return attemptMemo(this.#options.command, this.#labels, candidate);
  }

  /** The row of an attempt that has ended and is not added yet, as if it ended the request. */
  rowOf(attempt: {
    readonly candidate: Candidate;
    readonly record: AttemptRecord;
    readonly lease: Lease;
    readonly isFirstChoice: boolean;
  }): LedgerEntry {
    const { clock, command, tenant } = this.#options;
    return attemptEntry({
      ...attempt,
      wallMs: clock.wallMs(),
      command,
      tags: this.#labels,
      tenant,
      afterRateLimit: this.#attempts.some(({ errorReason }) => errorReason === "RATE_LIMITED"),
      traceId: this.#traceId(),
    });
  }

  /** Writes an attempt's row, once it is known whether it ends the request. */
  record(row: LedgerEntry, isLast: boolean): void {
    this.#isEnded = isLast;
    this.#options.ledger.record(isLast ? row : { ...row, isLast });
  }

  /** Writes a row for a request that no attempt has ended. */
  recordRefusal(refusal: Refusal, candidate: Candidate | undefined): void {
    if (this.#isEnded) return;
    const { clock, command, ledger, tenant } = this.#options;
    ledger.record(
      refusalEntry({
        wallMs: clock.wallMs(),
        refusal,
        command,
        tags: this.#labels,
        tenant,
        candidate,
        traceId: this.#traceId(),
      }),
    );
  }

  #traceId(): string {
    return trace.getSpanContext(this.#options.parent)?.traceId ?? "";
  }
}

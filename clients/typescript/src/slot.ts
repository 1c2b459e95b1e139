import { setImmediate as endOfTurn } from "node:timers/promises";
import { durationMs, timestampMs } from "@bufbuild/protobuf/wkt";
import type { AcquireSlotResponse, SettleSlotResponse } from "./gen/slots_pb.js";
import type { SlotCalls } from "./slot-calls.ts";
import { type SlotReport, settleRequestOf } from "./slot-report.ts";

/** A slot that nobody settles is renewed no longer than this, so that a forgotten one ends. */
const LONGEST_HOLD_MS = 3_600_000;
/** Timers of Node overflow above this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The right to start one call now. Settle it when the call is done; release it when the call was never sent.
 *
 * `await using slot = …` settles it as failed, with all that was reserved, if neither was done: the call may have been
 * sent. The lease is renewed until then, for an hour at most.
 */
export class Slot implements AsyncDisposable {
  /** Name of the slot. */
  readonly id: string;
  /** The model to call, as `openai/gpt-4o-mini`. */
  readonly model: string;
  /** The deployment to call. */
  readonly deployment: string;
  /** Tokens that count against the limits until the slot is settled. */
  readonly reservedTokens: number;
  /** How long it was waited for. */
  readonly waitedMs: number;
  readonly #calls: SlotCalls;
  /** At the earliest: what the request took on its way counts as if the answer had. */
  readonly #grantedAtMs: number;
  readonly #startWithinMs: number;
  #report: SlotReport = {};
  #end: Promise<SettleSlotResponse | undefined> | undefined;
  #renewal: NodeJS.Timeout | undefined;

  /** @internal Slots come from `Headway.acquireSlot`. */
  constructor(
    calls: SlotCalls,
    grant: AcquireSlotResponse,
    { askedAtMs, leaseMs }: { askedAtMs: number; leaseMs: number | undefined },
  ) {
    this.#calls = calls;
    this.id = grant.slotId;
    this.model = grant.model;
    this.deployment = grant.deployment;
    this.reservedTokens = Number(grant.reservedTokens);
    this.waitedMs = grant.waited ? durationMs(grant.waited) : 0;
    this.#grantedAtMs = askedAtMs + this.waitedMs;
    this.#startWithinMs = grant.startWithin ? durationMs(grant.startWithin) : Number.POSITIVE_INFINITY;
    const lasts = leaseMs ?? (grant.expireTime ? timestampMs(grant.expireTime) - Date.now() : undefined);
    // A clock that goes wrong against the server's must not make it renew all the time.
    if (lasts !== undefined) this.#renewEvery(Math.max(1_000, lasts / 2));
  }

  /** Whether it may be too late to start the call, by when it was asked for and how long it waited: then release it. */
  get isLate(): boolean {
    return performance.now() - this.#grantedAtMs > this.#startWithinMs;
  }

  /** Whether it was settled or released. */
  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Notes how the call went, for when the slot is settled. What is noted later wins, field by field. */
  report(report: SlotReport): void {
    this.#report = { ...this.#report, ...report };
  }

  /**
   * Says how the call ended, with what was reported before. Settling twice gives the first answer.
   * @throws {HeadwayError}
   */
  async settle(report: SlotReport = {}): Promise<SettleSlotResponse> {
    this.report(report);
    this.#end ??= this.#finish(() => this.#calls.settle(settleRequestOf(this.id, this.#report)));
    const settled = await this.#end;
    if (settled === undefined) throw new TypeError("the slot was released, it cannot be settled");
    return settled;
  }

  /** Gives the slot back: only for a call that was never sent. Does nothing to a settled one. @throws {HeadwayError} */
  async release(): Promise<void> {
    this.#end ??= this.#finish(async () => {
      await this.#calls.release(this.id);
      return undefined;
    });
    await this.#end;
  }

  /** Settles the slot as failed unless it was settled or released. Never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#end === undefined) await this.settleQuietly({ outcome: "failed", ...this.#report });
    else await this.#end.catch(() => {});
  }

  /** As `settle`, but what goes wrong becomes a warning: the call's own result matters more. */
  async settleQuietly(report: SlotReport = {}): Promise<void> {
    try {
      await this.settle(report);
    } catch (error) {
      const { message } = error as Error;
      process.emitWarning(`the slot ${this.id} could not be settled: ${message}`, "HeadwayWarning");
    }
  }

  /**
   * As `settleQuietly`, but Headway's answer is not waited for: nobody should get what the provider said later because
   * Headway is slow or away. Resolves when the settlement is on the connection, if there is one, so that neither what
   * the client asks next nor the end of the process overtakes it; otherwise it is tried for ten seconds. What was begun
   * to settle or release the slot before is left as it is.
   */
  async settleInBackground(report: SlotReport = {}): Promise<void> {
    const begun = this.#end?.then(
      () => {},
      () => {},
    );
    this.#calls.keepInBackground(begun ?? this.settleQuietly(report));
    // HTTP/2 hands what was written in a turn of the event loop to the socket when the turn ends.
    await endOfTurn();
  }

  async #finish<T>(end: () => Promise<T>): Promise<T> {
    clearInterval(this.#renewal);
    return await end();
  }

  #renewEvery(intervalMs: number): void {
    this.#renewal = setInterval(
      () => {
        if (performance.now() - this.#grantedAtMs > LONGEST_HOLD_MS) clearInterval(this.#renewal);
        else this.#calls.renew(this.id).catch(() => {});
      },
      Math.min(intervalMs, LONGEST_TIMER_MS),
    );
    this.#renewal.unref();
  }
}

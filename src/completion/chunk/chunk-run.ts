import type { Call } from "../../core/call.ts";
import type { ChatRequest } from "../../core/chat.ts";
import type { Clock } from "../../core/clock.ts";
import { type Refusal, RefusalError, refuse } from "../../core/refusal.ts";
import type { LedgerSink } from "../../cost/ledger.ts";
import type { EstimateKey } from "../../cost/tokens/token-estimate.ts";
import type { TokenEstimator } from "../../cost/tokens/token-estimator.ts";
import { type ChunkedText, chunkRequest, combineRequest, planChunks } from "../../fallback/context/chunk.ts";
import { segments } from "../../fallback/context/segments.ts";
import { activeTraceId } from "../active-trace-id.ts";
import type { Candidate } from "../candidate.ts";
import type { CompleteEvent } from "../complete-event.ts";
import type { CompleteCommand } from "../complete-request.ts";
import type { CompleteResult } from "../complete-result.ts";
import type { Completion } from "../completion.ts";
import { refusalEntry } from "../request-entry.ts";
import { chunkBudgetTokens } from "./chunk-budget.ts";
import { ChunkTally } from "./chunk-tally.ts";
import { groupAnswers } from "./group-answers.ts";
import { inParallel } from "./in-parallel.ts";
import { splitText } from "./split-text.ts";

/** Parts that are asked at the same time. */
const CONCURRENCY = 4;
/** A part that turns out to be too large all the same is split again into parts of this share of it. */
const SPLIT_SHARE = 0.6;
const MOST_SPLITS = 3;

/** What requests are asked in parts with. */
export interface ChunkTools {
  readonly clock: Clock;
  readonly estimator: TokenEstimator;
  readonly ledger: LedgerSink;
  /** Answers each part. */
  readonly inner: Completion;
}

export interface ChunkRunOptions extends ChunkTools {
  /** For whom the request is split. */
  readonly candidate: Candidate;
  /** As each part is asked. */
  readonly command: CompleteCommand;
  /** The whole request with the configured defaults. */
  readonly request: ChatRequest;
  readonly call: Call;
  /** The most that all parts together may cost. Undefined: no bound. */
  readonly maxCostNanoUsd: bigint | undefined;
  /** Undefined: the answer is wanted whole. */
  readonly tell: ((event: CompleteEvent) => Promise<void>) | undefined;
}

/** One request that is asked in parts: each part is a Complete of its own, and another one combines the answers. */
export class ChunkRun {
  readonly #options: ChunkRunOptions;
  readonly #tally = new ChunkTally();
  /** Ends all other parts when one has failed. */
  readonly #stop = new AbortController();
  readonly #call: Call;
  readonly #key: EstimateKey;
  #doneCount = 0;
  #partCount = 0;
  /** What failed first. */
  #failed: string | undefined;

  constructor(options: ChunkRunOptions) {
    const { call, command } = options;
    this.#options = options;
    const signal = AbortSignal.any([call.signal, this.#stop.signal]);
    this.#call = { caller: call.caller, deadlineMs: call.deadlineMs, signal };
    this.#key = { tenant: call.caller.tenant, taskType: command.taskType ?? "" };
  }

  async run(): Promise<CompleteResult | Refusal> {
    const { request } = this.#options;
    const plan = planChunks(request, { budgetTokens: this.#budgetTokens(), countTokens: this.#count });
    if (plan.kind === "impossible") return this.#refuseUnasked(plan.explanation);
    const { chunked } = plan;
    const parts = await splitText(chunked.text.length, plan.segments);
    if (parts === undefined) return this.#refuseUnasked("its longest text cannot be split small enough");
    this.#partCount = parts.length;
    this.#tellProgress();
    try {
      const answers = await inParallel(parts, this.#concurrency(), (text, index) =>
        this.#answerPart(chunked, text, index + 1, 0),
      );
      return this.#resultOf(await this.#combine(chunked, answers));
    } catch (error) {
      if (error instanceof RefusalError) return this.#refuseFailed(error.refusal);
      throw error;
    }
  }

  /** The answer to one part; one that is too large by now, since counts are learned, is split again. */
  async #answerPart(chunked: ChunkedText, text: string, number: number, splitCount: number): Promise<string> {
    const what = `part ${number} of ${this.#partCount}`;
    const request = chunkRequest(this.#options.request, chunked, text, number);
    const end = await this.#ask(request);
    if ("kind" in end) {
      if (end.reason !== "REQUEST_TOO_LARGE" || splitCount >= MOST_SPLITS) throw this.#fail(end, what);
      const smaller = await this.#split(chunked, text, number);
      if (smaller === undefined) throw this.#fail(end, what);
      const answers: string[] = [];
      for (const piece of smaller) {
        answers.push(await this.#answerPart(chunked, piece, number, splitCount + 1));
      }
      return answers.join("\n\n");
    }
    this.#tally.add(end, what);
    if (splitCount === 0) {
      this.#doneCount++;
      this.#tellProgress();
    }
    return textOf(end);
  }

  #split(chunked: ChunkedText, text: string, number: number): Promise<readonly string[] | undefined> {
    const budgetTokens = this.#budgetTokens();
    const fits = (piece: string): boolean =>
      piece.length < text.length &&
      this.#count(chunkRequest(this.#options.request, chunked, piece, number)) <= budgetTokens;
    const likelyChars = text.length * SPLIT_SHARE;
    return splitText(text.length, segments(text, { likelyChars, overlap: 0, fits }));
  }

  /** One answer of many: at once when they fit, else in groups first. */
  async #combine(chunked: ChunkedText, answers: readonly string[]): Promise<CompleteResult> {
    const { request } = this.#options;
    const { responseFormat: _, ...plain } = request;
    const fits = (group: readonly string[]): boolean =>
      this.#count(combineRequest(request, chunked, group)) <= this.#budgetTokens();
    let left = answers;
    while (!fits(left)) {
      const groups = groupAnswers(left, fits);
      if (groups === undefined) throw this.#fail(REFUSE_LONG_ANSWERS, "combining the answers");
      left = await inParallel(groups, this.#concurrency(), async (group) => {
        if (group.length === 1) return group[0]!;
        const end = await this.#ask(combineRequest(plain, chunked, group));
        if ("kind" in end) throw this.#fail(end, "combining some answers");
        this.#tally.add(end, "combining some answers");
        return textOf(end);
      });
    }
    const end = await this.#ask(combineRequest(request, chunked, left), this.#options.tell);
    if ("kind" in end) throw this.#fail(end, "combining the answers");
    this.#tally.add(end, "combining the answers");
    return end;
  }

  /** A Complete of its own, under all limits. With `tell` it is streamed. */
  async #ask(
    request: ChatRequest,
    tell?: (event: CompleteEvent) => Promise<void>,
  ): Promise<CompleteResult | Refusal> {
    const { candidate, command, estimator, inner, maxCostNanoUsd } = this.#options;
    const { spentNanoUsd } = this.#tally;
    const left = maxCostNanoUsd === undefined ? undefined : maxCostNanoUsd - spentNanoUsd;
    const own: CompleteCommand = {
      ...command,
      request,
      maxCostNanoUsd: left === undefined || left > 0n ? left : 0n,
    };
    this.#tally.sentInputTokens += estimator.estimate(request, candidate.model, this.#key).inputTokens;
    const end = await (tell === undefined ? inner.complete(own, this.#call) : this.#stream(own, tell));
    if ("kind" in end) this.#tally.addRefused(end);
    return end;
  }

  async #stream(
    command: CompleteCommand,
    tell: (event: CompleteEvent) => Promise<void>,
  ): Promise<CompleteResult | Refusal> {
    const before = this.#tally.attempts.length;
    for await (const event of this.#options.inner.stream(command, this.#call)) {
      if (event.kind === "done") return event.result;
      if (event.kind === "refused") return event;
      const isAttempt = event.kind === "attempt_started";
      await tell(isAttempt ? { ...event, attemptNumber: before + event.attemptNumber } : event);
    }
    throw new Error("the stream of a completion ended without an answer");
  }

  #resultOf(last: CompleteResult): CompleteResult {
    const { candidate } = this.#options;
    const { attempts, cost, sentInputTokens, usage } = this.#tally;
    return {
      ...last,
      usage,
      cost,
      attempts,
      route: last.route.map((one) => ({
        ...one,
        attemptCount: attempts.filter(({ deployment }) => deployment === one.deployment).length,
      })),
      contextChange: {
        strategy: "chunk",
        originalInputTokens: candidate.estimate.inputTokens,
        sentInputTokens,
        dropped: [],
        chunkCount: this.#partCount,
        output: last.contextChange?.output,
      },
    };
  }

  /** Ends the others: without this one there is no answer. */
  #fail(refusal: Refusal, what: string): RefusalError {
    this.#failed ??= what;
    this.#stop.abort();
    return new RefusalError(refusal);
  }

  /** The refusal of the whole, when all others have ended too. */
  #refuseFailed(refusal: Refusal): Refusal {
    const message = `${this.#failed} failed, and with it the whole: ${refusal.message} ${this.#tally.describe()}`;
    return { ...refusal, message, metadata: { ...refusal.metadata, ...this.#tally.metadata() } };
  }

  /** The refusal of a request of which nothing was asked; the ledger knows nothing of it yet. */
  #refuseUnasked(explanation: string): Refusal {
    const { call, candidate, clock, command, ledger } = this.#options;
    const refusal = refuse(
      "REQUEST_TOO_LARGE",
      `${candidate.deployment.id} cannot hold the request, and it cannot be asked in parts: ${explanation}. ` +
        "Shorten it, name a larger model, or use another context_strategy.",
      { metadata: { model: candidate.model.id, cap: String(this.#budgetTokens()) } },
    );
    const traceId = activeTraceId();
    const { tenant } = call.caller;
    const { tags } = command;
    ledger.record(
      refusalEntry({ wallMs: clock.wallMs(), refusal, command, tags, tenant, candidate, traceId }),
    );
    return refusal;
  }

  /** With a bound of cost one after the other, so that each knows what the others have left. */
  #concurrency(): number {
    return this.#options.maxCostNanoUsd === undefined ? CONCURRENCY : 1;
  }

  #budgetTokens(): number {
    const { candidate, estimator, request } = this.#options;
    return chunkBudgetTokens(request, candidate, { estimator, key: this.#key });
  }

  readonly #count = (request: ChatRequest): number => {
    const { candidate, estimator } = this.#options;
    return estimator.estimate(request, candidate.model, this.#key).reservedInputTokens;
  };

  #tellProgress(): void {
    const progress = { doneCount: this.#doneCount, totalCount: this.#partCount };
    void this.#options.tell?.({ kind: "chunk_progress", ...progress });
  }
}

const REFUSE_LONG_ANSWERS = refuse(
  "REQUEST_TOO_LARGE",
  "the answers to the parts are so long that not even two fit together. Ask for shorter ones by max_output_tokens, or " +
    "name a larger model.",
);

function textOf({ message }: CompleteResult): string {
  return message.parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
}

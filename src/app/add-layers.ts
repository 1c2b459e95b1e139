import type { Logger } from "pino";
import { MAX_BATCH_SIZE } from "../completion/batch/batch-command.ts";
import { BatchService } from "../completion/batch/batch-service.ts";
import type { AnswerBounds } from "../completion/cache/answer-store.ts";
import { CachingCompletion } from "../completion/cache/caching-completion.ts";
import { SharedAnswers } from "../completion/cache/shared-answers.ts";
import { isStorable } from "../completion/cache/stored-answer.ts";
import type { CandidateList } from "../completion/candidate-list.ts";
import { ChunkingCompletion } from "../completion/chunk/chunking-completion.ts";
import type { Completer } from "../completion/completer.ts";
import type { Completion } from "../completion/completion.ts";
import type { LiveConfig } from "../completion/live-config.ts";
import type { Config } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import type { LedgerSink } from "../cost/ledger.ts";
import type { TokenEstimator } from "../cost/tokens/token-estimator.ts";
import { openAnswers } from "./open-answers.ts";

/** What the layers around the calling of providers need. */
export interface LayerOptions {
  readonly config: Config;
  readonly live: LiveConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ledger: LedgerSink;
  readonly candidates: CandidateList;
  /** Calls providers. */
  readonly completer: Completer;
  readonly estimator: TokenEstimator;
}

/** What callers see. */
export interface Layers {
  readonly completion: Completion;
  readonly batches: BatchService;
}

/** How long the result of a request of a batch is kept, for a caller who comes back. */
const RESULT_TTL_MS = 86_400_000;
/** Ten of the largest batches, and 256 MB. */
const RESULT_BOUNDS: AnswerBounds = { maxEntryCount: 10 * MAX_BATCH_SIZE, maxBytes: 256 * 1_048_576 };

/** Lays chunks, cache and batches around the calling of providers. @throws {StartError} when a file cannot be used */
export async function addLayers(options: LayerOptions, opened: AsyncDisposableStack): Promise<Layers> {
  const { clock, completer, config, estimator, ledger, live } = options;
  const chunking = new ChunkingCompletion({
    get config() {
      return live.config;
    },
    clock,
    estimator,
    ledger,
    inner: completer,
  });
  const completion = config.cache.enabled ? await addCache(chunking, options, opened) : chunking;
  const store = await openAnswers("batches", RESULT_BOUNDS, options);
  opened.defer(() => store.close());
  const results = new SharedAnswers({ clock, store, ttlMs: RESULT_TTL_MS, isStorable: () => true, ledger });
  return { completion, batches: new BatchService({ clock, completion, results }) };
}

async function addCache(
  inner: Completion,
  options: LayerOptions,
  opened: AsyncDisposableStack,
): Promise<Completion> {
  const { candidates, clock, config, ledger, live } = options;
  const store = await openAnswers("cache", config.cache, options);
  opened.defer(() => store.close());
  const answers = new SharedAnswers({ clock, store, ttlMs: config.cache.ttlMs, isStorable, ledger });
  return new CachingCompletion({
    get config() {
      return live.config;
    },
    candidates,
    answers,
    inner,
  });
}

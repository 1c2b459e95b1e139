import type { Logger } from "pino";
import { CachingCompletion } from "../completion/cache/caching-completion.ts";
import { SharedAnswers } from "../completion/cache/shared-answers.ts";
import { isStorable } from "../completion/cache/stored-answer.ts";
import type { CandidateList } from "../completion/candidate-list.ts";
import type { Completion } from "../completion/completion.ts";
import type { LiveConfig } from "../completion/live-config.ts";
import type { Config } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import type { LedgerSink } from "../cost/ledger.ts";
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
  readonly completer: Completion;
}

/** What callers see, and the end of it. */
export interface Layers {
  readonly completion: Completion;
  /** Keeps what is to be kept. */
  close(): Promise<void>;
}

/** Lays the cache around the calling of providers. @throws {StartError} when a file cannot be used */
export async function addLayers(options: LayerOptions): Promise<Layers> {
  const { candidates, clock, completer, config, ledger, live } = options;
  const { cache } = config;
  if (!cache.enabled) return { completion: completer, close: async () => {} };
  const store = await openAnswers("cache", cache, options);
  const answers = new SharedAnswers({ clock, store, ttlMs: cache.ttlMs, isStorable, ledger });
  const completion = new CachingCompletion({
    get config() {
      return live.config;
    },
    candidates,
    answers,
    inner: completer,
  });
  return { completion, close: () => store.close() };
}

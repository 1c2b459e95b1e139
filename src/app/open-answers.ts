import type { Logger } from "pino";
import type { AnswerBounds, AnswerStore } from "../completion/cache/answer-store.ts";
import type { Config } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import { MemoryAnswers } from "../stores/memory/answers.ts";
import { SqliteAnswers } from "../stores/sqlite/answers.ts";
import { pathBeside } from "../stores/sqlite/path-beside.ts";
import { usable } from "./usable-storage.ts";

const UNKEPT = { cache: "answers for the cache", batches: "results of batches" } as const;

/**
 * A store of answers: in a file beside the ledger's, or in memory where nothing is kept.
 * @throws {StartError} when its file cannot be used
 */
export async function openAnswers(
  name: "cache" | "batches",
  bounds: AnswerBounds,
  { config, clock, logger }: { readonly config: Config; readonly clock: Clock; readonly logger: Logger },
): Promise<AnswerStore> {
  const { path } = config.storage;
  const { maxBytes, maxEntryCount } = bounds;
  if (path === undefined) return new MemoryAnswers({ bounds: { maxBytes, maxEntryCount }, clock });
  const onProblem = (explanation: string): void =>
    logger.error(`${UNKEPT[name]} are not kept now: ${explanation}`);
  return usable(() =>
    SqliteAnswers.open({
      path: pathBeside(path, name),
      bounds: { maxBytes, maxEntryCount },
      clock,
      onProblem,
    }),
  );
}

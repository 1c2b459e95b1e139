import type { Logger } from "pino";
import type { Config } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import { type Refusal, refuse } from "../core/refusal.ts";
import type { LedgerHealth } from "../cost/ledger/ledger-health.ts";
import { MemoryLedger } from "../stores/memory/ledger.ts";
import { SqliteLedger, type SqliteLedgerOptions } from "../stores/sqlite/ledger.ts";
import { pathBeside } from "../stores/sqlite/path-beside.ts";
import { openSqliteStore, type SqliteStore } from "../stores/sqlite/store.ts";
import { usable } from "./usable-storage.ts";

interface StorageOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
}

const REFUSE_FULL = refuse(
  "STORE_UNAVAILABLE",
  "what calls cost cannot be written to storage.path any more, so no new ones are taken; the log says why. " +
    "Mend it, or ask another server.",
);

/**
 * Opens the ledger. `watch`: told of rows before and after they are written.
 * @throws {StartError} when its file cannot be used
 */
export async function openLedger(
  { config, clock, logger }: StorageOptions,
  watch: Pick<SqliteLedgerOptions, "beforeWrite" | "onWritten">,
): Promise<MemoryLedger | SqliteLedger> {
  const { path, retentionMs } = config.storage;
  if (path === undefined) return new MemoryLedger();
  const onHealth = (health: LedgerHealth): void => {
    if (health.kind === "healthy") logger.info("the ledger is written again");
    else logger.error(`the ledger cannot be written, and is kept in memory meanwhile: ${health.explanation}`);
  };
  return usable(() => SqliteLedger.open({ path, retentionMs, clock, onHealth, ...watch }));
}

/**
 * The scheduler's journal, beside the ledger. Undefined: nothing is kept.
 * @throws {StartError} when its file cannot be used
 */
export async function openJournal({
  config,
  clock,
  logger,
}: StorageOptions): Promise<SqliteStore | undefined> {
  const { path } = config.storage;
  if (path === undefined) return undefined;
  return usable(() =>
    openSqliteStore({
      path: pathBeside(path, "journal"),
      clock,
      onProblem(explanation) {
        logger.error(
          `the journal cannot be written, so calls that budgets count are refused: ${explanation}`,
        );
      },
      onRecovered: () => logger.info("the journal is written again"),
      onLogProblem: (explanation) => logger.error(`the journal's log grows: ${explanation}`),
    }),
  );
}

/** Why no new work is taken: too much waits to be written. Undefined: all is well. */
export function refuseWhenFull(ledger: MemoryLedger | SqliteLedger): Refusal | undefined {
  if (ledger instanceof MemoryLedger) return undefined;
  const health = ledger.health();
  return health.kind === "degraded" && health.isFull ? REFUSE_FULL : undefined;
}

import { type Refusal, refuse } from "../core/refusal.ts";
import type { LedgerHealth } from "../cost/ledger/ledger-health.ts";
import { Journaling } from "../scheduler/journaling.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import { MemoryLedger } from "../stores/memory/ledger.ts";
import { SqliteLedger, type SqliteLedgerOptions } from "../stores/sqlite/ledger.ts";
import { pathBeside } from "../stores/sqlite/path-beside.ts";
import { openSqliteStore, type SqliteStore } from "../stores/sqlite/store.ts";
import type { AppOptions } from "./app-options.ts";
import { usable } from "./usable-storage.ts";

/** What is kept of calls, over a restart where there is a file. */
export interface Storage {
  readonly ledger: MemoryLedger | SqliteLedger;
  /** Keeps the scheduler's state. Undefined: nothing is kept. */
  readonly journaling: Journaling | undefined;
  /** Why no new work is taken. Undefined: it is. */
  readonly refuseNew: () => Refusal | undefined;
  /** False while the journal cannot be written: calls for which a budget reserves money are refused then. */
  readonly keepsReservations: () => boolean;
}

const REFUSE_FULL = refuse(
  "STORE_UNAVAILABLE",
  "what calls cost cannot be written to storage.path any more, so no new ones are taken; the log says why. " +
    "Mend it, or ask another server.",
);

/**
 * Opens the journal of the scheduler that `scheduler` gives later, and beside it the ledger.
 * @throws {StartError} when a file cannot be used
 */
export async function openStorage(
  options: AppOptions,
  opened: AsyncDisposableStack,
  scheduler: () => Scheduler,
): Promise<Storage> {
  // First, for its lock keeps two processes from the other files, too; and it closes after the ledger, whose last rows it
  // has first.
  let keepsReservations = true;
  const store = await openJournal(options, (isWritten) => {
    keepsReservations = isWritten;
  });
  opened.defer(() => store?.close());
  const journaling = store && new Journaling(store, options.clock, scheduler);
  const ledger = await openLedger(options, {
    beforeWrite: () => journaling?.commit(),
    onWritten: (entries) => journaling?.recorder.written(entries),
  });
  opened.defer(() => ledger.close());
  return {
    ledger,
    journaling,
    refuseNew: () => refuseWhenFull(ledger),
    keepsReservations: () => keepsReservations,
  };
}

/** `watch`: told of rows before and after they are written. */
async function openLedger(
  { config, clock, logger }: AppOptions,
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

/** Undefined: nothing is kept. `onChange` is told when it cannot be written any more (false), and can again (true). */
async function openJournal(
  { config, clock, logger }: AppOptions,
  onChange: (isWritten: boolean) => void,
): Promise<SqliteStore | undefined> {
  const { path } = config.storage;
  if (path === undefined) return undefined;
  return usable(() =>
    openSqliteStore({
      path: pathBeside(path, "journal"),
      clock,
      onProblem(explanation) {
        onChange(false);
        logger.error(
          `the journal cannot be written, so calls that budgets count are refused: ${explanation}`,
        );
      },
      onRecovered() {
        onChange(true);
        logger.info("the journal is written again");
      },
      onLogProblem: (explanation) => logger.error(`the journal's log grows: ${explanation}`),
    }),
  );
}

/** Too much waits to be written. */
function refuseWhenFull(ledger: MemoryLedger | SqliteLedger): Refusal | undefined {
  if (ledger instanceof MemoryLedger) return undefined;
  const health = ledger.health();
  return health.kind === "degraded" && health.isFull ? REFUSE_FULL : undefined;
}

import { StartError } from "../core/start-error.ts";
import { LedgerReadError } from "../stores/sqlite/ledger-errors.ts";
import { StoreOpenError } from "../stores/sqlite/store-open-error.ts";

/**
 * What the start needs of a file in which something is kept.
 * @throws {StartError} when the file cannot be used
 */
export async function usable<Value>(use: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await use();
  } catch (error) {
    if (!(error instanceof StoreOpenError || error instanceof LedgerReadError)) throw error;
    throw new StartError(`storage.path cannot be used: ${error.message}`, { cause: error });
  }
}

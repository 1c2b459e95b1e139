const EXTENSION = ".db";

/**
 * The path of a file beside the ledger's: `data/headway.db` has its journal in `data/headway.journal.db`. Each is a file
 * of its own, so that writing one never waits for the writer of another.
 */
export function pathBeside(ledgerPath: string, name: "journal" | "cache" | "batches"): string {
  const bare = ledgerPath.endsWith(EXTENSION) ? ledgerPath.slice(0, -EXTENSION.length) : ledgerPath;
  return `${bare}.${name}${EXTENSION}`;
}

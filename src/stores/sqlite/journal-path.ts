const EXTENSION = ".db";

/**
 * Where the journal beside a ledger is kept: `data/headway.db` has its journal in `data/headway.journal.db`. It is a file
 * of its own so that its commits never wait for the ledger's writer.
 */
export function journalPathOf(ledgerPath: string): string {
  const bare = ledgerPath.endsWith(EXTENSION) ? ledgerPath.slice(0, -EXTENSION.length) : ledgerPath;
  return `${bare}.journal${EXTENSION}`;
}

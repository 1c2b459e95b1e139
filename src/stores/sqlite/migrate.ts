import type { DatabaseSync } from "node:sqlite";
import { transact } from "./transact.ts";

/** The file's schema is of a later version of Headway than this one. */
export class NewerSchemaError extends Error {
  override readonly name = "NewerSchemaError";
}

/**
 * Brings the tables of one component to the newest version: runs those of its `migrations` that the file has not seen
 * yet, each in a transaction of its own. The version of a component is the count of its migrations that were run.
 * Migrations are only ever appended. Throws {@link NewerSchemaError} when the file has seen more than there are.
 */
export function migrate(database: DatabaseSync, component: string, migrations: readonly string[]): void {
  database.exec(
    "CREATE TABLE IF NOT EXISTS schema_version (component TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID",
  );
  const row = database.prepare("SELECT version FROM schema_version WHERE component = ?").get(component);
  const version = Number(row?.version ?? 0);
  if (version > migrations.length) {
    throw new NewerSchemaError(
      `its tables of the ${component} have version ${version}, and this Headway knows ${migrations.length}`,
    );
  }
  const setVersion = database.prepare(
    "INSERT INTO schema_version VALUES (?, ?) ON CONFLICT (component) DO UPDATE SET version = excluded.version",
  );
  for (let index = version; index < migrations.length; index++) {
    transact(database, () => {
      database.exec(migrations[index]!);
      setVersion.run(component, index + 1);
    });
  }
}

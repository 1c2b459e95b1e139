import type { ProviderConnection } from "./provider.ts";

/** The header values of a connection, revealed: for the SDK or request that sends them. */
export function revealHeaders(connection: ProviderConnection): Record<string, string> {
  return Object.fromEntries(
    Object.entries(connection.headers).map(([name, value]) => [name, value.reveal()]),
  );
}

/** All that must not appear in a message about a call over this connection. */
export function secretsOf(connection: ProviderConnection): readonly string[] {
  const values = Object.values(connection.headers).map((value) => value.reveal());
  return connection.apiKey === undefined ? values : [connection.apiKey.reveal(), ...values];
}

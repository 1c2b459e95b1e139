import type { Address } from "../config/schema/network-kinds.ts";
import { errorText } from "../core/error-text.ts";

/** A door cannot be opened. The message says which, why, and what to do. */
export class ListenError extends Error {
  override readonly name = "ListenError";

  constructor(door: "gRPC" | "HTTP", address: Address, cause: unknown) {
    const key = door === "gRPC" ? "listen.grpc" : "listen.http";
    const variable = door === "gRPC" ? "HEADWAY_GRPC_ADDRESS" : "HEADWAY_HTTP_ADDRESS";
    super(
      `cannot listen on ${formatAddress(address)} for ${door}: ${explain(cause)}; ` +
        `set ${key} in the config or ${variable} to another address`,
      { cause },
    );
  }
}

/** `host:port`, with brackets around IPv6. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function explain(cause: unknown): string {
  const text = errorText(cause);
  if (text.includes("EADDRINUSE")) return "another process listens there";
  if (text.includes("EACCES")) return "this needs more rights";
  if (text.includes("EADDRNOTAVAIL")) return "this machine has no such address";
  if (text.includes("ENOTFOUND") || text.includes("EAI_AGAIN")) return "the host name is not known";
  return text;
}

/** Who calls, as its token says. */
export interface Caller {
  /** Name of the tenant; `default` where no tenants are configured. */
  readonly tenant: string;
}

/** No tenant has this name, so that no tenant's restrictions hold. */
export const NOBODY: Caller = { tenant: "" };

/** What the heart of the service knows of the RPC that it works for. */
export interface Call {
  readonly caller: Caller;
  /**
   * Aborts when the caller goes away, when its deadline passes, or when the server stops waiting at shutdown. Made at
   * the first access, so do not read it on a path that ends at once.
   */
  readonly signal: AbortSignal;
  /** The caller's deadline on the monotonic scale of the clock, in milliseconds. Undefined: it set none. */
  readonly deadlineMs: number | undefined;
}

import { vi } from "vitest";

/** Vitest gives up after a second, which a busy machine may need for one RPC, and far less than it to start a program. */
const WAIT_TIMEOUT_MS = 120_000;

const waitFor = vi.waitFor.bind(vi);

/** How long a test waits for an event is no part of what it says: only that the event comes. */
vi.waitFor = (check, options = {}) => {
  const asked = typeof options === "number" ? { timeout: options } : options;
  return waitFor(check, { timeout: WAIT_TIMEOUT_MS, ...asked });
};

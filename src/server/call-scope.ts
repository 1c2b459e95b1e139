import { AsyncLocalStorage } from "node:async_hooks";
import type { CallContext } from "../rpc/handler.ts";

/** The RPC that the running code works for. Undefined: none. */
export const callScope = new AsyncLocalStorage<CallContext>();

/** What every log line written during an RPC says about it. */
export function callLogFields(): Readonly<Record<string, string>> {
  const call = callScope.getStore();
  return call?.requestId === undefined ? {} : { request_id: call.requestId };
}

import type { Parts } from "./parts.ts";

/**
 * Why new calls had better go to another server, for people. Undefined: they are taken. What is refused here alone is a
 * reason, also when it is only what budgets count; what no server can do is none, as a provider that is down.
 */
export function whyUnready({ budgets, keepsReservations, refuseNew }: Parts): string | undefined {
  const refusal = refuseNew();
  if (refusal !== undefined) return refusal.message;
  if (budgets.isEmpty || keepsReservations()) return undefined;
  return "calls that budgets count are refused, since what they reserve cannot be written beside storage.path; the log says why";
}

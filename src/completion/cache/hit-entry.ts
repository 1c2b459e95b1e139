import type { LedgerEntry } from "../../cost/ledger.ts";
import { activeTraceId } from "../active-trace-id.ts";
import type { CompleteCommand } from "../complete-request.ts";
import type { CompleteResult } from "../complete-result.ts";
import { labelled } from "../labels.ts";
import { NOTHING_CALLED } from "../request-entry.ts";

/** The ledger's row of a request that was answered without a call. */
export function hitEntry(options: {
  readonly wallMs: number;
  readonly answer: CompleteResult;
  readonly command: CompleteCommand;
  readonly tenant: string;
}): LedgerEntry {
  const { answer, command, tenant, wallMs } = options;
  const { model } = answer;
  return {
    wallMs,
    kind: "cache_hit",
    outcome: "succeeded",
    reason: undefined,
    tenant,
    tags: labelled(command.tags, answer.arms),
    taskType: command.taskType ?? "",
    provider: model.slice(0, model.indexOf("/")),
    model,
    deployment: model,
    ...NOTHING_CALLED,
    requestId: command.requestId,
    traceId: activeTraceId(),
  };
}

import type { SpanContext } from "@opentelemetry/api";
import type { Catalog, Deployment, Model } from "../catalog/catalog.ts";
import type { JsonObject, JsonValue } from "../core/chat.ts";
import type { ModelPrice } from "../cost/price/model-price.ts";
import type { PriceBook } from "../cost/price/price-book.ts";
import type { Lease } from "../scheduler/lease.ts";
import type { SlotRequest } from "../scheduler/slot-request.ts";
import { priceOf } from "./accounting.ts";
import type { Candidate } from "./candidate.ts";
import type { CompleteCommand } from "./complete-request.ts";

/** What the service must remember of a slot until it is settled. */
export interface SlotMemo {
  /** Who makes the call: the caller, or an attempt of a Complete, which may outlive its process only here. */
  readonly kind: "slot" | "attempt";
  readonly request: Pick<SlotRequest, "tags" | "requestId" | "inputTokens">;
  /** Empty: general. */
  readonly taskType: string;
  readonly tenant: string;
  readonly model: Model;
  readonly deployment: Deployment;
  /** As it was when the slot was granted, or taken over after a restart. Undefined: not known. */
  readonly price: ModelPrice | undefined;
  readonly isFallback: boolean;
  readonly leaseDurationMs: number;
  /** The span in which it was acquired. Undefined: nothing was traced, or that was before a restart. */
  readonly acquiredIn: SpanContext | undefined;
}

/** The part of a slot's memo that is not in the lease itself, as the journal keeps it over a restart. */
export function memoToJson(
  request: SlotRequest,
  firstDeployment: string,
  leaseDurationMs: number,
): JsonObject {
  const { tags, requestId, inputTokens } = request;
  return { tags, requestId, inputTokens: inputTokens ?? null, firstDeployment, leaseDurationMs };
}

/** The same for an attempt of a Complete. */
export function attemptMemo(
  { requestId, taskType }: CompleteCommand,
  tags: Readonly<Record<string, string>>,
  { estimate, deployment }: Candidate,
): JsonObject {
  const { inputTokens } = estimate;
  const firstDeployment = deployment.id;
  return { kind: "attempt", tags, requestId, taskType: taskType ?? "", inputTokens, firstDeployment };
}

/** The tags in a memo of the journal. */
export function tagsOfMemo(memo: JsonValue | undefined): Readonly<Record<string, string>> {
  return isObject(memo) ? (memo.tags as Record<string, string>) : {};
}

/** The memo of a slot that was granted before a restart. Undefined: it is none, or its model is not there any more. */
export function memoFromJson(lease: Lease, catalog: Catalog, prices: PriceBook): SlotMemo | undefined {
  const { memo, tenant } = lease;
  const found = catalog.find(lease.deployment);
  if (!isObject(memo) || found.kind === "not_found") return undefined;
  const { kind, requestId, taskType, inputTokens, firstDeployment, leaseDurationMs } = memo;
  const deployment = found.deployments.find(({ id }) => id === lease.deployment) ?? found.deployments[0]!;
  return {
    kind: kind === "attempt" ? kind : "slot",
    taskType: typeof taskType === "string" ? taskType : "",
    request: {
      tags: tagsOfMemo(memo),
      requestId: String(requestId),
      inputTokens: typeof inputTokens === "number" ? inputTokens : undefined,
    },
    tenant,
    model: found.model,
    deployment,
    price: priceOf(prices, found.model, deployment),
    isFallback: lease.deployment !== firstDeployment,
    leaseDurationMs: Number(leaseDurationMs ?? 0),
    acquiredIn: undefined,
  };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

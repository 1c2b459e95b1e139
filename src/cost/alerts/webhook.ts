import { createHash, createHmac } from "node:crypto";
import type { Secret } from "../../core/secret.ts";
import type { BudgetReport } from "../budget/budget-report.ts";
import type { Alert } from "./alert.ts";

/** Where alerts are sent. */
export interface Webhook {
  /** Often a secret itself: whoever knows the address of a Slack webhook can write there. */
  readonly url: Secret;
  /** Signs what is sent. Undefined: it is not signed. */
  readonly secret: Secret | undefined;
  /** `json`: all that is known; `slack`: `{"text": …}`, which Slack, Mattermost and others show. */
  readonly format: "json" | "slack";
}

/** What is posted: the same for each try of the same alert, but for the time. */
export interface WebhookMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * An alert as it is posted to a webhook, signed as "Standard Webhooks" has it: `webhook-signature` is `v1,` and the
 * Base64 of the HMAC-SHA256, under the secret, of `webhook-id`, `webhook-timestamp` (Unix seconds) and body, joined by
 * dots. A secret that starts with `whsec_` is Base64, any other is taken as it is. A receiver that sees the same
 * `webhook-id` again has the alert already.
 */
export function webhookMessage(webhook: Webhook, alert: Alert, nowWallMs: number): WebhookMessage {
  const body = JSON.stringify(webhook.format === "slack" ? { text: alert.message } : payload(alert));
  const timestamp = String(Math.floor(nowWallMs / 1000));
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "webhook-id": alert.id,
    "webhook-timestamp": timestamp,
  };
  if (webhook.secret !== undefined) {
    const hash = createHmac("sha256", keyOf(webhook.secret)).update(`${alert.id}.${timestamp}.${body}`);
    headers["webhook-signature"] = `v1,${hash.digest("base64")}`;
  }
  return { headers, body };
}

/** Names a webhook in what is kept: the same for the same address, which cannot be read from it. */
export function webhookId({ url, format }: Webhook): string {
  return `${format}:${createHash("sha256").update(url.reveal()).digest("hex").slice(0, 16)}`;
}

/** Names a webhook for people: its address without what may be secret in it. */
export function webhookName({ url, format }: Webhook): string {
  return `${format} ${new URL(url.reveal()).origin}`;
}

function keyOf(secret: Secret): Buffer {
  const text = secret.reveal();
  return text.startsWith("whsec_") ? Buffer.from(text.slice("whsec_".length), "base64") : Buffer.from(text);
}

/** Names as in the contract's `Alert`, amounts of money as decimal text. */
function payload(alert: Alert): unknown {
  return {
    type: `headway.${alert.kind}`,
    timestamp: new Date(alert.wallMs).toISOString(),
    data: {
      id: alert.id,
      kind: alert.kind,
      message: alert.message,
      value: alert.value,
      threshold: alert.threshold,
      ...(alert.provider !== "" && { provider: alert.provider }),
      ...(alert.budget !== undefined && { budget: budgetPayload(alert.budget) }),
    },
  };
}

function budgetPayload(budget: BudgetReport): unknown {
  return {
    scope: budget.scope,
    scope_value: budget.scopeValue,
    period: budget.period,
    amount_nano_usd: String(budget.amountNanoUsd),
    used_nano_usd: String(budget.usedNanoUsd),
    reserved_nano_usd: String(budget.reservedNanoUsd),
    remaining_nano_usd: String(budget.remainingNanoUsd),
    reset_time: budget.resetWallMs === undefined ? null : new Date(budget.resetWallMs).toISOString(),
    time_zone: budget.timeZone,
  };
}

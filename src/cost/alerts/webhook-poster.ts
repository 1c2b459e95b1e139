import type { WebhookMessage } from "./webhook.ts";

/** Posts a message once. Undefined: it was taken; else why not, for people. Never throws; follows no redirect. */
export type PostWebhook = (url: string, message: WebhookMessage) => Promise<string | undefined>;

/** What webhooks are posted with: a port. */
export interface WebhookPoster {
  readonly post: PostWebhook;
  /** Cuts what is on its way; that counts as not taken. */
  close(): Promise<void>;
}

import { Agent, request } from "undici";
import type { WebhookMessage } from "./webhook.ts";

const TIMEOUT_MS = 10_000;

/** Posts a message once. Undefined: it was taken; else why not, for people. Never throws; follows no redirect. */
export type PostWebhook = (url: string, message: WebhookMessage) => Promise<string | undefined>;

/** A {@link PostWebhook} with connections of its own, and what closes them. */
export function createWebhookPoster(): { readonly post: PostWebhook; close(): Promise<void> } {
  const dispatcher = new Agent({
    connect: { timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const post: PostWebhook = async (url, { headers, body }) => {
    try {
      const answer = await request(url, { method: "POST", headers, body, dispatcher });
      await answer.body.dump();
      return answer.statusCode >= 200 && answer.statusCode < 300 ? undefined : `HTTP ${answer.statusCode}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  return { post, close: () => dispatcher.destroy() };
}

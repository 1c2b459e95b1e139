import { Agent, request } from "undici";
import { errorText } from "../../core/error-text.ts";
import type { WebhookMessage } from "./webhook.ts";

const TIMEOUT_MS = 10_000;

/** Posts a message once. Undefined: it was taken; else why not, for people. Never throws; follows no redirect. */
export type PostWebhook = (url: string, message: WebhookMessage) => Promise<string | undefined>;

/** A {@link PostWebhook} with connections of its own. */
export interface WebhookPoster {
  readonly post: PostWebhook;
  /** Cuts what is on its way; that counts as not taken. */
  close(): Promise<void>;
}

/** Makes one. */
export function createWebhookPoster(): WebhookPoster {
  const dispatcher = new Agent({
    connect: { timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const post: PostWebhook = async (url, { headers, body }) => {
    try {
      const answer = await request(url, { method: "POST", headers, body, dispatcher });
      // A receiver that has answered has the alert, whatever becomes of the rest of its answer.
      await answer.body.dump().catch(() => {});
      return answer.statusCode >= 200 && answer.statusCode < 300 ? undefined : `HTTP ${answer.statusCode}`;
    } catch (error) {
      return errorText(error);
    }
  };
  return { post, close: () => dispatcher.destroy() };
}

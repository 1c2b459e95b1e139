import { Agent, request } from "undici";
import { errorText } from "../core/error-text.ts";
import type { PostWebhook, WebhookPoster } from "../cost/alerts/webhook-poster.ts";

const TIMEOUT_MS = 10_000;

/** Posts webhooks over HTTP with connections of its own; one that is not answered within 10 s is not taken. */
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

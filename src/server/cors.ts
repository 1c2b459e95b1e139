import type { IncomingMessage, ServerResponse } from "node:http";
import { cors } from "@connectrpc/connect";

const LOOPBACK_ORIGIN = /^https?:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
const ALLOWED_HEADERS = [...cors.allowedHeaders, "Authorization", "Traceparent", "Tracestate"].join(", ");
const PREFLIGHT_AGE_SECONDS = 7200;

/**
 * Lets pages of other origins call, and answers their preflight requests. Where calls need a token any origin may, for
 * a page cannot use a token that it does not know. Without tokens only pages from this machine may: else any web site
 * could spend the money of whoever visits it. Answers whether the request was a preflight and is done with.
 */
export function applyCors(
  request: IncomingMessage,
  response: ServerResponse,
  options: { readonly needsToken: boolean },
): boolean {
  const { origin } = request.headers;
  const isPreflight =
    request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
  if (origin !== undefined) {
    response.setHeader("Vary", "Origin");
    if (options.needsToken || LOOPBACK_ORIGIN.test(origin)) {
      response.setHeader("Access-Control-Allow-Origin", origin);
      response.setHeader("Access-Control-Expose-Headers", cors.exposedHeaders.join(", "));
      if (isPreflight) {
        response.setHeader("Access-Control-Allow-Methods", cors.allowedMethods.join(", "));
        response.setHeader("Access-Control-Allow-Headers", ALLOWED_HEADERS);
        response.setHeader("Access-Control-Max-Age", String(PREFLIGHT_AGE_SECONDS));
      }
    }
  }
  if (isPreflight) response.writeHead(204).end();
  return isPreflight;
}

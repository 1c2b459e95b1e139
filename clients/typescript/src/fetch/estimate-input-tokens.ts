/** English has about four bytes a token, code and most other scripts about three. */
const BYTES_PER_TOKEN = 3;
/** Names of fields, quotes and brackets become tokens of the provider's own; per string of the request. */
const TOKENS_PER_STRING = 2;
/** What the providers count for a large picture. */
const TOKENS_PER_PICTURE = 1_600;
/** No text has as many characters without a space; base64 has. */
const BASE64 = /^(data:[^,]*,)?[A-Za-z0-9+/_-]{1024,}=*$/;

/**
 * Estimates the tokens of the prompt in a request, rather too high: a call that uses more than it reserved breaks the
 * promise to keep the limits. Bounded by one pass over the request.
 */
export function estimateInputTokens(request: unknown): number {
  if (typeof request === "string") {
    if (BASE64.test(request)) return TOKENS_PER_PICTURE;
    return Math.ceil(Buffer.byteLength(request) / BYTES_PER_TOKEN) + TOKENS_PER_STRING;
  }
  if (typeof request === "number") return TOKENS_PER_STRING;
  if (typeof request !== "object" || request === null) return 0;
  return Object.values(request).reduce((sum: number, value) => sum + estimateInputTokens(value), 0);
}

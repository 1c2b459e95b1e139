import type { AttemptErrorReason } from "../core/attempt-error.ts";

/** What an HTTP status means when the body does not say it better. */
export function reasonOfStatus(statusCode: number): AttemptErrorReason {
  switch (statusCode) {
    case 401:
    case 403:
      return "AUTHENTICATION";
    case 402:
      return "QUOTA_EXCEEDED";
    case 404:
      return "MODEL_NOT_FOUND";
    case 408:
      return "SERVER_ERROR";
    case 429:
      return "RATE_LIMITED";
    case 503:
    case 529:
      return "OVERLOADED";
  }
  return statusCode >= 400 && statusCode < 500 ? "VALIDATION" : "SERVER_ERROR";
}

import type { AttemptRecord, CompleteResult } from "../complete-result.ts";

/** The part of an answer that is kept: what was said, and not what it took. */
export type StoredAnswer = Omit<
  CompleteResult,
  "usage" | "cost" | "attempts" | "route" | "cacheHit" | "requestId"
>;

/** Raised when what is kept changes its form, so that what an older version has kept is not misread. */
const FORM = 2;

/** Bytes inside the JSON, as an image in an answer. */
interface EncodedBytes {
  readonly base64: string;
}

/**
 * Whether an answer may stand for later ones to the same request: it is whole, and the first choice gave it. One that a
 * fallback gave would be repeated long after the first choice is back.
 */
export function isStorable(result: CompleteResult): boolean {
  const { attempts, cacheHit, finishReason } = result;
  if (cacheHit || finishReason === "content_filter" || finishReason === "other") return false;
  return attempts.length > 0 && attempts.every((attempt) => !isElsewhere(attempt));
}

/** Whether an attempt stands for another candidate than the first choice. */
function isElsewhere({ cause, outcome }: AttemptRecord): boolean {
  return cause.startsWith("fallback_") || (cause === "hedge" && outcome === "succeeded");
}

/** An answer as bytes. */
export function encodeAnswer(result: CompleteResult): Uint8Array {
  const { usage: _u, cost: _c, attempts: _a, route: _r, cacheHit: _h, requestId: _i, ...answer } = result;
  return new TextEncoder().encode(JSON.stringify({ form: FORM, answer }, encodeBytes));
}

/** `this` holds the value as it was: that of a `Buffer` has already been turned into something else here. */
function encodeBytes(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const bytes = this[key];
  if (!(bytes instanceof Uint8Array)) return value;
  return { base64: Buffer.from(bytes).toString("base64") } satisfies EncodedBytes;
}

/** Undefined: they are not of this version, or damaged. */
export function decodeAnswer(bytes: Uint8Array): StoredAnswer | undefined {
  try {
    const read = JSON.parse(new TextDecoder().decode(bytes), (key, value: unknown) =>
      key === "bytes" ? new Uint8Array(Buffer.from((value as EncodedBytes).base64, "base64")) : value,
    );
    return read.form === FORM ? read.answer : undefined;
  } catch {
    return undefined;
  }
}

/** A stored answer as the answer to another request: no provider was called, so nothing was used and it cost nothing. */
export function asHit(answer: StoredAnswer, requestId: string): CompleteResult {
  return {
    ...answer,
    contextChange: answer.contextChange,
    usage: { inputTokens: 0, outputTokens: 0 },
    cost: { inputNanoUsd: 0n, outputNanoUsd: 0n, totalNanoUsd: 0n, priceSource: "" },
    attempts: [],
    route: [],
    cacheHit: true,
    requestId,
  };
}

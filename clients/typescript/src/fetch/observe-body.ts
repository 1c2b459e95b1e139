import type { TokenUsage } from "../slot-report.ts";
import type { ProviderCall } from "./provider-call.ts";
import { UsageReader } from "./usage-reader.ts";

/** How the body of an answer came to its end. */
export interface BodyEnd {
  /** False when it broke, or the reader went away. */
  readonly isWhole: boolean;
  /** Undefined: none was reported. */
  readonly usage: TokenUsage | undefined;
}

/** What the providers send last; readers go away after it without waiting for the end. Gemini sends nothing of the kind. */
const LAST = /^data: ?\[DONE\]|^event: ?(message_stop|response\.(completed|incomplete))\s*$/m;

/**
 * Hands the body of a stream of server-sent events on, reading the usage from it. `onEnd` is called once, and its
 * promise is waited for before the reader sees the end.
 */
export function observeEvents(
  body: ReadableStream<Uint8Array>,
  call: ProviderCall,
  onEnd: (end: BodyEnd) => Promise<void>,
): ReadableStream<Uint8Array> {
  const source = body.getReader();
  const reader = new UsageReader(call.wire);
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let pending = "";
  let isComplete = false;
  let isEnded = false;
  const end = async (isWhole: boolean) => {
    if (isEnded) return;
    isEnded = true;
    await onEnd({ isWhole, usage: reader.usage });
  };
  /** Takes the whole events that came, and leaves the rest for later. */
  const take = (text: string, isLast: boolean): string => {
    pending += text;
    const cut = isLast ? pending.length : endOfLastEvent(pending);
    const events = splitEvents(pending.slice(0, cut));
    pending = pending.slice(cut);
    isComplete ||= events.some((event) => LAST.test(event));
    return events.filter((event) => !isHidden(event, call, reader)).join("");
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        for (;;) {
          const { done, value } = await source.read();
          const text = take(done ? decoder.decode() : decoder.decode(value, { stream: true }), done);
          if (done || isComplete) await end(true);
          if (text !== "") controller.enqueue(encoder.encode(text));
          if (done) controller.close();
          if (done || text !== "") return;
        }
      } catch (error) {
        await end(false);
        throw error;
      }
    },
    async cancel(reason) {
      await end(false);
      await source.cancel(reason);
    },
  });
}

/** Reads the usage from an answer that is one JSON value. */
export function usageOfJson(text: string, call: ProviderCall): TokenUsage | undefined {
  const reader = new UsageReader(call.wire);
  reader.read(parse(text));
  return reader.usage;
}

/** Reads an event, and says whether it is the one that reports usage to us alone. */
function isHidden(event: string, call: ProviderCall, reader: UsageReader): boolean {
  const data = dataOf(event);
  // Most events carry a piece of text and nothing else.
  if (!/"usage(Metadata)?"/.test(data)) return false;
  const value = parse(data) as { choices?: unknown; usage?: unknown } | undefined;
  reader.read(value);
  return call.hideUsage && Array.isArray(value?.choices) && value.choices.length === 0 && value.usage != null;
}

function dataOf(event: string): string {
  return event
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5))
    .join("\n");
}

function splitEvents(text: string): string[] {
  return text.split(/(?<=\r?\n\r?\n)/);
}

/** Where the last whole event ends; 0 when there is none. */
function endOfLastEvent(text: string): number {
  const bare = text.lastIndexOf("\n\n");
  const withReturns = text.lastIndexOf("\n\r\n");
  return Math.max(bare < 0 ? 0 : bare + 2, withReturns < 0 ? 0 : withReturns + 3);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

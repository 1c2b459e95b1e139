import type { ChatRequest, Message, Part } from "../../core/chat.ts";
import type { DroppedContent } from "./context-change.ts";
import type { CountRequest } from "./count-request.ts";
import { keepEnds } from "./keep-ends.ts";
import { messageSize, messageUnits } from "./message-units.ts";
import { type Keep, planTruncation, type TruncationPlan } from "./plan-truncation.ts";

/** A request made small enough, or why it cannot be. */
export type Truncation =
  /** It fits as it is. */
  | { readonly kind: "unchanged"; readonly inputTokens: number }
  | {
      readonly kind: "truncated";
      readonly request: ChatRequest;
      readonly originalInputTokens: number;
      readonly sentInputTokens: number;
      /** In the order of the messages; not empty. */
      readonly dropped: readonly DroppedContent[];
    }
  /** What must stay is too large: the system prompt, tools, or tool calls at the end. */
  | { readonly kind: "too_large"; readonly inputTokens: number; readonly budgetTokens: number };

/** Sizes are shares of a count, so a plan may miss; each further one aims lower by this. */
const AIM = 0.97;
const MAX_PLANS = 16;

/**
 * Leaves out the middle of a conversation until its input has at most `budgetTokens`: whole messages first, then
 * sentences. System prompt, the first and the last message stay, and tool calls stay with their results. The count of
 * what is sent was made anew, so it never exceeds the budget.
 */
export function truncate(
  request: ChatRequest,
  options: { readonly budgetTokens: number; readonly countTokens: CountRequest },
): Truncation {
  const { budgetTokens, countTokens } = options;
  const originalInputTokens = countTokens(request);
  if (originalInputTokens <= budgetTokens) return { kind: "unchanged", inputTokens: originalInputTokens };
  const tooLarge: Truncation = { kind: "too_large", inputTokens: originalInputTokens, budgetTokens };
  const { messages } = request;
  const units = messageUnits(messages);
  const fixedTokens = countTokens({ ...request, messages: [] });
  const roomTokens = budgetTokens - fixedTokens;
  let tokensPerSize = (originalInputTokens - fixedTokens) / sizeOf(messages);
  let maxSize = Number.POSITIVE_INFINITY;
  for (let plans = 0; plans < MAX_PLANS; plans++) {
    maxSize = Math.floor(Math.min(maxSize - 1, (AIM ** plans * roomTokens) / tokensPerSize));
    const kept = keptMessages(messages, planTruncation(messages, units, maxSize));
    if (kept.length === 0) return tooLarge;
    const sent: ChatRequest = { ...request, messages: kept.map(({ message }) => message) };
    const sentInputTokens = countTokens(sent);
    if (sentInputTokens <= budgetTokens) {
      const dropped = droppedContent(messages, kept, originalInputTokens - sentInputTokens);
      return { kind: "truncated", request: sent, originalInputTokens, sentInputTokens, dropped };
    }
    tokensPerSize = Math.max(tokensPerSize, (sentInputTokens - fixedTokens) / sizeOf(sent.messages));
  }
  return tooLarge;
}

function sizeOf(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + messageSize(message), 0);
}

interface KeptMessage {
  readonly index: number;
  readonly message: Message;
}

/** Empty: nothing can be sent. */
function keptMessages(messages: readonly Message[], plan: TruncationPlan | undefined): KeptMessage[] {
  return messages.flatMap((message, index) => {
    const keep = plan?.get(index);
    const kept = keep === undefined ? undefined : keptPart(message, keep);
    return kept === undefined ? [] : [{ index, message: kept }];
  });
}

function keptPart(message: Message, keep: Keep): Message | undefined {
  if (keep.kind === "whole") return message;
  const longest = longestTextIndex(message.parts);
  const part = message.parts[longest];
  if (part?.kind !== "text") return undefined;
  const text = keepEnds(part.text, keep.maxChars);
  if (text === undefined) return undefined;
  return { ...message, parts: message.parts.with(longest, { kind: "text", text }) };
}

function longestTextIndex(parts: readonly Part[]): number {
  let longest = -1;
  let most = -1;
  for (const [index, part] of parts.entries()) {
    if (part.kind !== "text" || part.text.length <= most) continue;
    longest = index;
    most = part.text.length;
  }
  return longest;
}

/** What is missing, each with its share of the tokens. */
function droppedContent(
  messages: readonly Message[],
  kept: readonly KeptMessage[],
  tokens: number,
): DroppedContent[] {
  const keptSizes = new Map(kept.map(({ index, message }) => [index, messageSize(message)]));
  const missing = messages.flatMap((message, index) => {
    const keptSize = keptSizes.get(index);
    const size = messageSize(message) - (keptSize ?? 0);
    return size > 0 ? [{ messageIndex: index, whole: keptSize === undefined, size }] : [];
  });
  const totalSize = missing.reduce((sum, { size }) => sum + size, 0);
  return missing.map(({ messageIndex, whole, size }) => ({
    messageIndex,
    whole,
    tokens: Math.round((tokens * size) / totalSize),
  }));
}

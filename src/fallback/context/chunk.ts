import type { ChatRequest, Message } from "../../core/chat.ts";
import type { CountRequest } from "./count-request.ts";
import { type Segment, segments } from "./segments.ts";

/** The part of each chunk that is repeated in the next. */
const CHUNK_OVERLAP = 0.05;

/** Stands for the number of a part while it is counted: as long as any will be. */
const COUNTED_NUMBER = 10_000;

/** Where the text stands that is split: the longest of the user's messages. */
export interface ChunkedText {
  readonly messageIndex: number;
  readonly partIndex: number;
  readonly text: string;
}

/** Whether a request can be asked in parts. */
export type ChunkPlan =
  | {
      readonly kind: "chunks";
      readonly chunked: ChunkedText;
      /** The parts in order, made when they are asked for. Ends before the end of the text when none fits. */
      readonly segments: Generator<Segment, void>;
    }
  /** It cannot; `explanation` says why, for people. */
  | { readonly kind: "impossible"; readonly explanation: string };

/** Plans to ask a request in parts, each of which has at most `budgetTokens` of input. */
export function planChunks(
  request: ChatRequest,
  options: { readonly budgetTokens: number; readonly countTokens: CountRequest },
): ChunkPlan {
  const { budgetTokens, countTokens } = options;
  if (request.tools.length > 0) {
    return { kind: "impossible", explanation: "a request with tools cannot be asked in parts" };
  }
  const chunked = longestUserText(request.messages);
  if (chunked === undefined) {
    return { kind: "impossible", explanation: "no message of the user has a text that could be split" };
  }
  const aroundTokens = countTokens(chunkRequest(request, chunked, "", COUNTED_NUMBER));
  const textTokens = Math.max(1, countTokens(request) - aroundTokens);
  const roomTokens = budgetTokens - aroundTokens;
  if (roomTokens <= 0) {
    return { kind: "impossible", explanation: "what surrounds the longest text is too large by itself" };
  }
  const fits = (text: string): boolean =>
    countTokens(chunkRequest(request, chunked, text, COUNTED_NUMBER)) <= budgetTokens;
  const likelyChars = (chunked.text.length * roomTokens) / textTokens;
  return {
    kind: "chunks",
    chunked,
    segments: segments(chunked.text, { likelyChars, overlap: CHUNK_OVERLAP, fits }),
  };
}

/** The request for one part. `number` counts from 1. The form of the answer is left to the combination. */
export function chunkRequest(
  request: ChatRequest,
  chunked: ChunkedText,
  segment: string,
  number: number,
): ChatRequest {
  const { responseFormat: _, ...plain } = request;
  const text = `This is part ${number} of a text that is too long to be read at once. Answer for this part alone; the answers to all parts will be combined.\n\n${segment}`;
  return { ...plain, messages: withText(request.messages, chunked, text) };
}

/**
 * The request that makes one answer of the answers to all parts, in their order. Where it is too large itself, it can be
 * asked in parts again.
 */
export function combineRequest(
  request: ChatRequest,
  chunked: ChunkedText,
  answers: readonly string[],
): ChatRequest {
  const list = answers.map((answer, index) => `Part ${index + 1}:\n${answer}`).join("\n\n");
  const text = `The text was too long to be read at once and was read in ${answers.length} parts. These are the answers to the parts, in order. Make one answer to the whole of them, without mentioning the parts.\n\n${list}`;
  return { ...request, messages: withText(request.messages, chunked, text) };
}

function withText(messages: readonly Message[], chunked: ChunkedText, text: string): readonly Message[] {
  const message = messages[chunked.messageIndex]!;
  const parts = message.parts.with(chunked.partIndex, { kind: "text", text });
  return messages.with(chunked.messageIndex, { ...message, parts });
}

function longestUserText(messages: readonly Message[]): ChunkedText | undefined {
  let longest: ChunkedText | undefined;
  for (const [messageIndex, { role, parts }] of messages.entries()) {
    if (role !== "user") continue;
    for (const [partIndex, part] of parts.entries()) {
      if (part.kind !== "text" || part.text.length <= (longest?.text.length ?? 0)) continue;
      longest = { messageIndex, partIndex, text: part.text };
    }
  }
  return longest;
}

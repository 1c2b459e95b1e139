import { parseAnthropicHeaders } from "./anthropic.ts";
import { parseAzureHeaders } from "./azure.ts";
import { parseCompatibleHeaders } from "./compatible.ts";
import { parseGeminiHeaders } from "./gemini.ts";
import { parseGroqHeaders } from "./groq.ts";
import type { HeaderParser } from "./header-limit.ts";
import { parseOpenAiHeaders } from "./openai.ts";

/** Whose way of writing rate-limit headers a pool's answers follow; `other` tries all spellings of OpenAI's names. */
export type FeedbackProfile = "openai" | "azure" | "anthropic" | "gemini" | "groq" | "other";

/** The reader of each provider's headers. */
export const HEADER_PARSERS: Readonly<Record<FeedbackProfile, HeaderParser>> = {
  openai: parseOpenAiHeaders,
  azure: parseAzureHeaders,
  anthropic: parseAnthropicHeaders,
  gemini: parseGeminiHeaders,
  groq: parseGroqHeaders,
  other: parseCompatibleHeaders,
};

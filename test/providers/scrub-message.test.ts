import { describe, expect, it } from "vitest";
import { scrubMessage } from "../../src/providers/scrub-message.ts";
import { makeRequest } from "../support/providers/make-call.ts";

const PROMPT = "Tell me everything about the merger with Globex.";
const scrub = (message: string, prompt = PROMPT) =>
  scrubMessage(message, ["my-secret-key"], makeRequest(prompt));

describe("a provider's message", () => {
  it.each([
    ["stays as it is", "Rate limit reached for requests", "Rate limit reached for requests"],
    ["comes on one line", "  a\n\n b\t", "a b"],
    ["loses the key", "key my-secret-key is bad, my-secret-key!", "key [secret] is bad, [secret]!"],
    [
      "loses what looks like a key",
      "Incorrect: sk-proj-abc123***456, AIzaSyA1234567890",
      "Incorrect: [secret], [secret]",
    ],
    ["loses the prompt", `Refused: '${PROMPT}'`, "Refused: '[prompt]'"],
    ["loses a part of the prompt", "near 'about the merger with Glob' …", "near '[prompt]' …"],
    ["keeps words that the prompt has too", "the merger", "the merger"],
  ])("%s", (_, message, expected) => {
    expect(scrub(message)).toBe(expected);
  });

  it("is cut at 300 characters, and a key that the cut would halve is gone before", () => {
    const message = `${"x ".repeat(145)}my-secret-key and more`;
    const scrubbed = scrub(message);
    expect(scrubbed).toHaveLength(300);
    expect(scrubbed).not.toContain("my-secr");
  });

  it("costs little, however long message and prompt are", () => {
    expect(scrub("a".repeat(5_000_000), "b".repeat(5_000_000))).toHaveLength(300);
  });
});

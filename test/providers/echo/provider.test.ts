import { describe, expect, it } from "vitest";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { EchoProvider } from "../../../src/providers/echo/provider.ts";
import { CONVERSATION } from "../../support/providers/conversation.ts";
import { makeCall, makeRequest, message } from "../../support/providers/make-call.ts";
import { attemptErrorOf, collect, deltaText } from "../../support/providers/outcome.ts";

const echo = new EchoProvider({ headers: {} }, { clock: new ManualClock() });

describe("echo", () => {
  it.each([
    ["one token a word", "Good  morning, all\n", undefined, "Good  morning, all\n", 3, 3, "stop"],
    ["cut at the limit", "one two three", 2, "one two", 3, 2, "length"],
    ["cut nowhere", "one two", 2, "one two", 2, 2, "stop"],
    ["white space", "  ", undefined, "  ", 1, 1, "stop"],
    ["nothing", "", undefined, "", 0, 0, "stop"],
  ])(
    "answers %s, at once and in pieces",
    async (_, text, limit, expected, inputTokens, outputTokens, finishReason) => {
      const call = makeCall(makeRequest(text, limit === undefined ? {} : { maxOutputTokens: limit }));
      const answer = await echo.complete(call);
      expect(answer).toEqual({
        message: expected === "" ? message("assistant") : message("assistant", expected),
        finishReason,
        providerFinishReason: finishReason === "length" ? "limit" : "end_of_text",
        usage: { inputTokens, outputTokens },
        responseModel: "echo",
        headers: {},
      });
      const events = await collect(echo.stream(call));
      expect(events.filter(({ kind }) => kind === "delta")).toHaveLength(outputTokens);
      expect(deltaText(events)).toBe(expected);
      expect(events.at(-1)).toEqual({ kind: "done", answer });
    },
  );

  it("answers the last user message and counts them all", async () => {
    const answer = await echo.complete(makeCall(makeRequest("", { messages: CONVERSATION })));
    expect(answer.message).toEqual(message("assistant", "Where is this?"));
    expect(answer.usage).toEqual({ inputTokens: 8, outputTokens: 3 });
  });

  it("stops when its caller goes away", async () => {
    const caller = new AbortController();
    const call = makeCall(makeRequest("one two three"), { signal: caller.signal });
    const failing = (async () => {
      for await (const event of echo.stream(call)) if (event.kind === "delta") caller.abort();
    })();
    expect((await attemptErrorOf(failing)).reason).toBe("CANCELLED");
    expect((await attemptErrorOf(echo.complete(call))).reason).toBe("CANCELLED");
  });
});

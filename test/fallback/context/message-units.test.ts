import { expect, test } from "vitest";
import type { Message } from "../../../src/core/chat.ts";
import { messageUnits } from "../../../src/fallback/context/message-units.ts";
import { callTool, say, toolResult } from "./requests.ts";

const user = say("user", "Hello.");
const system = say("system", "Be brief.");

test.each<[string, Message[], [string, number[]][]]>([
  [
    "plain messages alone",
    [system, user, user],
    [
      ["system", [0]],
      ["plain", [1]],
      ["plain", [2]],
    ],
  ],
  [
    "calls with all their results",
    [user, callTool("a", "b"), toolResult("b", "2"), toolResult("a", "1"), user],
    [
      ["plain", [0]],
      ["exchange", [1, 2, 3]],
      ["plain", [4]],
    ],
  ],
  [
    "calls of the same id with the results that follow them",
    [callTool("a"), toolResult("a", "1"), callTool("a"), toolResult("a", "2")],
    [
      ["exchange", [0, 1]],
      ["exchange", [2, 3]],
    ],
  ],
  [
    "two calls that one message answers",
    [
      callTool("a"),
      callTool("b"),
      { role: "tool", parts: [...toolResult("a", "1").parts, ...toolResult("b", "2").parts] },
    ],
    [["exchange", [0, 1, 2]]],
  ],
  [
    "a result without a call",
    [toolResult("a", "1"), user],
    [
      ["exchange", [0]],
      ["plain", [1]],
    ],
  ],
  [
    "a result behind another message",
    [callTool("a"), user, toolResult("a", "1")],
    [
      ["exchange", [0, 2]],
      ["plain", [1]],
    ],
  ],
])("%s", (_, messages, units) => {
  expect(messageUnits(messages).map(({ kind, indices }) => [kind, indices])).toEqual(units);
});

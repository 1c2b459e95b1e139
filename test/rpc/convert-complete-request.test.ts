import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { CacheMode, CompleteRequestSchema } from "../../gen/es/headway/v1/complete_pb.js";
import { type PartSchema, Role } from "../../gen/es/headway/v1/message_pb.js";
import { ResponseFormat_Type as FormatType } from "../../gen/es/headway/v1/response_format_pb.js";
import { ContextStrategy, FallbackStrategy, Priority, Quality } from "../../gen/es/headway/v1/routing_pb.js";
import { ToolChoice_Mode as Mode } from "../../gen/es/headway/v1/tool_pb.js";
import { readCompleteRequest } from "../../src/rpc/convert-complete-request.ts";

type Init = MessageInitShape<typeof CompleteRequestSchema>;
type PartInit = MessageInitShape<typeof PartSchema>["part"];

const HELLO = { role: Role.USER, parts: [{ part: { case: "text" as const, value: "hi" } }] };
const TOOL = { name: "weather", description: "of a place" };
const ASK = { role: Role.ASSISTANT, parts: [callPart("call_1")] };

function callPart(id: string, name = "weather") {
  return { part: { case: "toolCall" as const, value: { id, name, argumentsJson: "{}" } } };
}

function resultPart(toolCallId: string) {
  return { part: { case: "toolResult" as const, value: { toolCallId, content: "sunny" } } };
}

function read(init: Init) {
  return readCompleteRequest(create(CompleteRequestSchema, init));
}

function valid(init: Init) {
  const result = read({ messages: [HELLO], ...init });
  if (result.kind === "refused") expect.fail(JSON.stringify(result.fieldViolations));
  return result.value;
}

function wrongFields(init: Init): string[] {
  const result = read({ messages: [HELLO], ...init });
  return result.kind === "refused" ? result.fieldViolations!.map(({ field }) => field) : [];
}

function userParts(...parts: PartInit[]) {
  return { messages: [{ role: Role.USER, parts: parts.map((part) => ({ part: part! })) }] };
}

describe("a request that leaves everything open", () => {
  it("fills nothing in but a name", () => {
    const { requestId, ...command } = valid({});
    expect(requestId).toMatch(/^req_[\w-]{22}$/);
    expect(command).toEqual({
      request: {
        messages: [{ role: "user", parts: [{ kind: "text", text: "hi" }] }],
        tools: [],
        stopSequences: [],
      },
      model: undefined,
      fallbackModels: [],
      strategy: undefined,
      contextStrategy: undefined,
      maxAttemptCount: undefined,
      maxWaitMs: undefined,
      priority: "normal",
      taskType: undefined,
      quality: undefined,
      maxCostNanoUsd: undefined,
      preset: undefined,
      tags: {},
      cacheMode: "default",
      providerOptions: {},
    });
  });
});

describe("a request that sets everything", () => {
  it("keeps it all", () => {
    const command = valid({
      model: "openai/gpt-4o",
      fallbackModels: ["gemini/gemini-2.5-flash"],
      messages: [HELLO, ASK, { role: Role.TOOL, parts: [resultPart("call_1")] }],
      tools: [{ ...TOOL, parameters: { type: "object", properties: { place: { type: "string" } } } }],
      toolChoice: { toolName: "weather" },
      responseFormat: { schema: { type: "object" }, strict: true },
      temperature: 0,
      topP: 1,
      maxOutputTokens: 1n,
      stopSequences: ["END"],
      seed: -5n,
      strategy: FallbackStrategy.FAIL_FAST,
      contextStrategy: ContextStrategy.AUTO,
      maxAttempts: 100,
      maxWait: { seconds: 1n, nanos: 500_000_000 },
      priority: Priority.HIGH,
      taskType: "code_review",
      quality: Quality.COST,
      maxCostNanoUsd: 0n,
      preset: "react_agent",
      tags: { team: "search" },
      requestId: "r1",
      cache: CacheMode.BYPASS,
      providerOptions: { openai: { user: "u1" } },
    });
    expect(command).toMatchObject({
      model: "openai/gpt-4o",
      fallbackModels: ["gemini/gemini-2.5-flash"],
      strategy: "fail_fast",
      contextStrategy: "auto",
      maxAttemptCount: 100,
      maxWaitMs: 1500,
      priority: "high",
      taskType: "code_review",
      quality: "cost",
      maxCostNanoUsd: 0n,
      preset: "react_agent",
      tags: { team: "search" },
      requestId: "r1",
      cacheMode: "bypass",
      providerOptions: { openai: { user: "u1" } },
    });
    expect(command.request).toMatchObject({
      toolChoice: { kind: "tool", name: "weather" },
      responseFormat: { kind: "json_schema", name: "response", schema: { type: "object" }, strict: true },
      temperature: 0,
      topP: 1,
      maxOutputTokens: 1,
      stopSequences: ["END"],
      seed: -5,
    });
    expect(command.request.messages.map(({ parts }) => parts[0]?.kind)).toEqual([
      "text",
      "tool_call",
      "tool_result",
    ]);
  });
});

const wrong: [string, Init, string[]][] = [
  ["no message", { messages: [] }, ["messages"]],
  ["a message without role", { messages: [{ ...HELLO, role: Role.UNSPECIFIED }] }, ["messages[0].role"]],
  ["an unknown role", { messages: [{ ...HELLO, role: 99 as Role }] }, ["messages[0].role"]],
  ["a message without parts", { messages: [{ role: Role.USER }] }, ["messages[0].parts"]],
  ["an empty part", { messages: [{ role: Role.USER, parts: [{}] }] }, ["messages[0].parts[0]"]],
  [
    "a picture of the assistant",
    {
      messages: [
        {
          role: Role.ASSISTANT,
          parts: [{ part: { case: "image", value: { source: { case: "url", value: "https://a/b.png" } } } }],
        },
      ],
    },
    ["messages[0].parts[0].image"],
  ],
  ["a picture from nowhere", userParts({ case: "image", value: {} }), ["messages[0].parts[0].image"]],
  [
    "an empty picture without a media type",
    userParts({ case: "image", value: { source: { case: "data", value: new Uint8Array() } } }),
    ["messages[0].parts[0].image.data", "messages[0].parts[0].image.media_type"],
  ],
  [
    "a picture of a strange type",
    userParts({
      case: "image",
      value: { source: { case: "data", value: Uint8Array.of(1) }, mediaType: "image png" },
    }),
    ["messages[0].parts[0].image.media_type"],
  ],
  [
    "a picture in a file",
    userParts({ case: "image", value: { source: { case: "url", value: "file:///etc/passwd" } } }),
    ["messages[0].parts[0].image.url"],
  ],
  [
    "a tool call of the user",
    { ...userParts(callPart("c").part), tools: [TOOL] },
    ["messages[0].parts[0].tool_call"],
  ],
  [
    "a tool call without id and name",
    { messages: [{ role: Role.ASSISTANT, parts: [callPart("", "")] }], tools: [TOOL] },
    ["messages[0].parts[0].tool_call.id", "messages[0].parts[0].tool_call.name"],
  ],
  ["a call of a tool that is not there", { messages: [ASK] }, ["messages[0].parts[0].tool_call.name"]],
  [
    "a tool result without id",
    { messages: [{ role: Role.TOOL, parts: [resultPart("")] }] },
    ["messages[0].parts[0].tool_result.tool_call_id"],
  ],
  [
    "a tool result before its call",
    { messages: [{ role: Role.TOOL, parts: [resultPart("call_1")] }, ASK], tools: [TOOL] },
    ["messages[0].parts[0].tool_result.tool_call_id"],
  ],
  ["text of a tool", { messages: [{ ...HELLO, role: Role.TOOL }] }, ["messages[0].parts[0].text"]],
  ["a tool without name", { tools: [{ name: "" }] }, ["tools[0].name"]],
  ["a tool with a strange name", { tools: [{ name: "get weather" }] }, ["tools[0].name"]],
  ["two tools of one name", { tools: [TOOL, TOOL] }, ["tools[1].name"]],
  [
    "a tool that takes a list",
    { tools: [{ ...TOOL, parameters: { type: "array" } }] },
    ["tools[0].parameters"],
  ],
  [
    "a schema with a number that JSON does not have",
    { tools: [{ ...TOOL, parameters: { a: [1, Number.NaN] } }] },
    ["tools[0].parameters.a[1]"],
  ],
  ["a tool required among none", { toolChoice: { mode: Mode.REQUIRED } }, ["tool_choice.mode"]],
  ["an unknown mode", { tools: [TOOL], toolChoice: { mode: 9 as Mode } }, ["tool_choice.mode"]],
  [
    "a choice of an unknown tool",
    { tools: [TOOL], toolChoice: { toolName: "x" } },
    ["tool_choice.tool_name"],
  ],
  [
    "a chosen tool that must not be called",
    { tools: [TOOL], toolChoice: { mode: Mode.NONE, toolName: "weather" } },
    ["tool_choice.tool_name"],
  ],
  [
    "a schema for text",
    { responseFormat: { type: FormatType.TEXT, schema: {} } },
    ["response_format.schema"],
  ],
  [
    "a JSON schema without schema",
    { responseFormat: { type: FormatType.JSON_SCHEMA } },
    ["response_format.schema"],
  ],
  ["an unknown form", { responseFormat: { type: 9 as FormatType } }, ["response_format.type"]],
  ["a strange name of a schema", { responseFormat: { schema: {}, name: "a b" } }, ["response_format.name"]],
  ["a temperature above 2", { temperature: 2.1 }, ["temperature"]],
  ["a temperature below 0", { temperature: -0.1 }, ["temperature"]],
  ["a temperature that is no number", { temperature: Number.NaN }, ["temperature"]],
  ["a top_p of 0", { topP: 0 }, ["top_p"]],
  ["a top_p above 1", { topP: Number.POSITIVE_INFINITY }, ["top_p"]],
  ["no output", { maxOutputTokens: 0n }, ["max_output_tokens"]],
  ["a huge output", { maxOutputTokens: 2n ** 63n - 1n }, ["max_output_tokens"]],
  ["an empty stop sequence", { stopSequences: ["a", ""] }, ["stop_sequences[1]"]],
  ["a seed beyond JSON", { seed: 2n ** 53n }, ["seed"]],
  ["an unknown strategy", { strategy: 99 as FallbackStrategy }, ["strategy"]],
  ["an unknown context strategy", { contextStrategy: 99 as ContextStrategy }, ["context_strategy"]],
  ["an unknown priority", { priority: -1 as Priority }, ["priority"]],
  ["an unknown quality", { quality: 99 as Quality }, ["quality"]],
  ["an unknown cache mode", { cache: 99 as CacheMode }, ["cache"]],
  ["too many attempts", { maxAttempts: 101 }, ["max_attempts"]],
  ["fewer than no attempts", { maxAttempts: -1 }, ["max_attempts"]],
  ["a negative wait", { maxWait: { seconds: -1n } }, ["max_wait"]],
  ["a wait of mixed signs", { maxWait: { seconds: 1n, nanos: -1 } }, ["max_wait"]],
  ["a wait beyond all durations", { maxWait: { seconds: 2n ** 60n } }, ["max_wait"]],
  ["a wait with too many nanoseconds", { maxWait: { nanos: 1_000_000_000 } }, ["max_wait"]],
  ["a negative cost", { maxCostNanoUsd: -1n }, ["max_cost_nano_usd"]],
  ["a long task type", { taskType: "x".repeat(65) }, ["task_type"]],
  ["a long request id", { requestId: "x".repeat(129) }, ["request_id"]],
  ["a long model", { model: "x".repeat(257) }, ["model"]],
  ["an empty fallback model", { fallbackModels: ["a/b", ""] }, ["fallback_models[1]"]],
  ["too many fallback models", { fallbackModels: Array(101).fill("a/b") }, ["fallback_models"]],
  [
    "too many tags",
    { tags: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, "v"])) },
    ["tags"],
  ],
  ["a tag without key", { tags: { "": "v" } }, ['tags[""]']],
  ["a tag with a long value", { tags: { k: "v".repeat(257) } }, ['tags["k"]']],
  [
    "provider options that are no object",
    { providerOptions: { openai: "user" } },
    ["provider_options.openai"],
  ],
  [
    "provider options with a number that JSON does not have",
    { providerOptions: { openai: { top_k: Number.POSITIVE_INFINITY } } },
    ["provider_options.openai.top_k"],
  ],
];

describe("a request is refused for", () => {
  it.each(wrong)("%s", (_, init, fields) => {
    expect(wrongFields(init)).toEqual(fields);
  });

  it("everything that is wrong at once, up to a bound", () => {
    const result = read({ messages: Array(500).fill({ role: Role.USER }) });
    expect(result).toMatchObject({
      reason: "INVALID_REQUEST",
      message: "messages[0].parts must have at least one part (and 499 more)",
    });
    expect(result.kind === "refused" && result.fieldViolations).toHaveLength(20);
  });

  it("a huge field without repeating it", () => {
    const result = read({ messages: [HELLO], tags: { ["x".repeat(1_000_000)]: "v" } });
    expect(JSON.stringify(result).length).toBeLessThan(1_000);
  });
});

describe("a request may have", () => {
  const right: [string, Init][] = [
    ["empty text", userParts({ case: "text", value: "" })],
    [
      "a data address",
      userParts({ case: "image", value: { source: { case: "url", value: "data:image/png;base64,AA" } } }),
    ],
    ["64 characters that are two units each", { taskType: "😀".repeat(64) }],
    ["32 tags", { tags: Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`k${i}`, "v"])) }],
    ["a wait of zero", { maxWait: {} }],
    ["a name like a property of all objects", { tags: { constructor: "x" } }],
  ];
  it.each(right)("%s", (_, init) => {
    expect(wrongFields(init)).toEqual([]);
  });

  it("a tool choice without tools, which then says nothing", () => {
    expect(valid({ toolChoice: { mode: Mode.AUTO } }).request).not.toHaveProperty("toolChoice");
  });
});

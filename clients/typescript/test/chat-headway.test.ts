import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import {
  AIMessage,
  type AIMessageChunk,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from "@langchain/core/messages";
import { type CompleteRequest, type CompleteResponseSchema, FinishReason } from "../src/gen/complete_pb.js";
import { HeadwayService } from "../src/gen/headway_service_pb.js";
import { Role } from "../src/gen/message_pb.js";
import { StreamCompleteResponseSchema } from "../src/gen/stream_complete_pb.js";
import { ToolChoice_Mode } from "../src/gen/tool_pb.js";
import { Headway } from "../src/headway.ts";
import { ChatHeadway } from "../src/langchain/chat-headway.ts";

const WEATHER = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather in a city.",
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
};

const server = new Server();
const requests: CompleteRequest[] = [];
let headway: Headway;
let model: ChatHeadway;

/** Asks for the tool when it is offered one, else answers with text. */
function answer(request: CompleteRequest): MessageInitShape<typeof CompleteResponseSchema> {
  requests.push(request);
  const call = { id: "c1", name: "get_weather", argumentsJson: '{"city":"Oslo"}' };
  return {
    message: {
      role: Role.ASSISTANT,
      parts: [
        request.tools.length > 0
          ? { part: { case: "toolCall", value: call } }
          : { part: { case: "text", value: "Rain in Oslo" } },
      ],
    },
    finishReason: FinishReason.STOP,
    model: "openai/gpt-4o-mini",
    usage: { inputTokens: 11n, outputTokens: 7n, totalTokens: 18n },
  };
}

before(async () => {
  const { complete, streamComplete } = HeadwayService.method;
  const definition = (method: typeof complete | typeof streamComplete) => ({
    path: `/${HeadwayService.typeName}/${method.name}`,
    requestStream: false,
    responseStream: method.methodKind === "server_streaming",
    requestDeserialize: (bytes: Buffer) => fromBinary(method.input, bytes),
    requestSerialize: () => Buffer.alloc(0),
    responseSerialize: (message: object) =>
      Buffer.from(toBinary(method.output, create(method.output, message))),
    responseDeserialize: (bytes: Buffer) => bytes,
  });
  server.addService({ complete: definition(complete), stream: definition(streamComplete) }, {
    complete: (call: { request: CompleteRequest }, done: (error: null, response: object) => void) =>
      done(null, answer(call.request)),
    stream: (call: { request: { request: CompleteRequest }; write(message: object): void; end(): void }) => {
      const done = answer(call.request.request);
      call.write(create(StreamCompleteResponseSchema, { event: { case: "attemptStarted", value: {} } }));
      for (const { part } of done.message?.parts ?? []) {
        if (part?.case === "toolCall") call.write({ event: { case: "toolCall", value: part.value } });
        if (part?.case !== "text") continue;
        for (const word of part.value.split(" ")) {
          call.write({ event: { case: "delta", value: { text: `${word} ` } } });
        }
      }
      call.write({ event: { case: "done", value: done } });
      call.end();
    },
  } as never);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  headway = new Headway({ address: `127.0.0.1:${port}` });
  model = new ChatHeadway({ headway, model: "openai/gpt-4o-mini", temperature: 0.5 });
});
after(() => {
  headway[Symbol.dispose]();
  server.forceShutdown();
});
beforeEach(() => {
  requests.length = 0;
});

describe("the chat model", () => {
  it("answers, with usage and metadata", async () => {
    const message = await model.invoke("Weather?", { stop: ["END"] });
    assert.equal(message.text, "Rain in Oslo");
    assert.deepEqual(message.usage_metadata, { input_tokens: 11, output_tokens: 7, total_tokens: 18 });
    assert.equal(message.response_metadata["finish_reason"], "stop");
    const [request] = requests;
    assert.equal(request?.temperature, 0.5);
    assert.equal(request?.maxOutputTokens, undefined);
    assert.deepEqual(request?.stopSequences, ["END"]);
  });

  it("streams, and the chunks make the whole", async () => {
    const chunks: AIMessageChunk[] = [];
    for await (const chunk of await model.stream("Weather?")) chunks.push(chunk);
    const texts = chunks.map(({ text }) => text).filter((text) => text !== "");
    assert.deepEqual(texts, ["Rain ", "in ", "Oslo "]);
    const whole = chunks.reduce((first, second) => first.concat(second));
    assert.partialDeepStrictEqual(whole.usage_metadata, {
      input_tokens: 11,
      output_tokens: 7,
      total_tokens: 18,
    });
  });

  it("asks for tools, whole and streamed", async () => {
    const bound = model.bindTools([WEATHER], { tool_choice: "any" });
    const expected = [{ name: "get_weather", args: { city: "Oslo" }, id: "c1" }];
    const plain = ({ tool_calls = [] }: AIMessageChunk) =>
      tool_calls.map(({ name, args, id }) => ({ name, args, id }));
    assert.deepEqual(plain(await bound.invoke("Weather?")), expected);
    const chunks: AIMessageChunk[] = [];
    for await (const chunk of await bound.stream("Weather?")) chunks.push(chunk);
    assert.deepEqual(plain(chunks.reduce((whole, chunk) => whole.concat(chunk))), expected);
    const [request] = requests;
    assert.equal(request?.tools[0]?.description, "The weather in a city.");
    assert.deepEqual(request?.tools[0]?.parameters, WEATHER.function.parameters);
    assert.equal(request?.toolChoice?.mode, ToolChoice_Mode.REQUIRED);
  });

  it("sends the whole conversation", async () => {
    const url = "https://example.test/a.png";
    await model.invoke([
      new SystemMessage("Be brief."),
      new HumanMessage({
        content: [
          { type: "text", text: "Where?" },
          { type: "image_url", image_url: { url } },
        ],
      }),
      new AIMessage({ content: "", tool_calls: [{ id: "c1", name: "get_weather", args: { city: "Oslo" } }] }),
      new ToolMessage({ content: "rain", tool_call_id: "c1" }),
    ]);
    const messages = requests[0]?.messages ?? [];
    assert.deepEqual(
      messages.map(({ role }) => role),
      [Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL],
    );
    const parts = messages.flatMap((message) => message.parts.map(({ part }) => part));
    assert.deepEqual(
      parts.map((part) => part.case),
      ["text", "text", "image", "toolCall", "toolResult"],
    );
    assert.equal(parts[3]?.case === "toolCall" && parts[3].value.argumentsJson, '{"city":"Oslo"}');
  });
});

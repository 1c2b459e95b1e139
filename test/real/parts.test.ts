import { SpanKind, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { NodeSDK } from "@opentelemetry/sdk-node";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Jaeger, jaegerMissing, startJaeger } from "../support/real/jaeger.ts";
import { tagValue } from "../support/real/jaeger-trace.ts";
import { type RealModel, realModelMissing, startRealModel } from "../support/real/model-server.ts";

const capitalQuestion = [{ role: "user" as const, content: "What is the capital of France?" }];

const weatherSchema = {
  type: "object",
  properties: { city: { type: "string", maxLength: 20 }, degrees: { type: "integer" } },
  required: ["city", "degrees"],
  additionalProperties: false,
};

describe.skipIf(realModelMissing !== undefined)("the real model", () => {
  let server: RealModel;
  let client: OpenAI;
  beforeAll(async () => {
    server = await startRealModel();
    client = new OpenAI({ baseURL: server.baseUrl, apiKey: "none", maxRetries: 0 });
  });
  afterAll(() => server?.stop());

  it("answers, and counts the tokens", async () => {
    const completion = await client.chat.completions.create({
      model: server.model,
      messages: capitalQuestion,
      temperature: 0,
      max_tokens: 32,
    });

    expect(completion.model).toBe("gemma-3-270m");
    expect(completion.choices[0]?.message.content).toContain("Paris");
    expect(completion.choices[0]?.finish_reason).toBe("stop");
    expectUsage(completion.usage, 32);
  });

  it("streams the answer in pieces, and the usage last", async () => {
    const stream = await client.chat.completions.create({
      model: server.model,
      messages: [{ role: "user", content: "Name three colours." }],
      temperature: 0,
      max_tokens: 32,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);

    const pieces = chunks
      .map((chunk) => chunk.choices[0]?.delta.content ?? "")
      .filter((piece) => piece !== "");
    expect(pieces.length).toBeGreaterThan(1);
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage == null)).toBe(true);
    expectUsage(chunks.at(-1)?.usage, 32);
  });

  it("stops at max_tokens and says so", async () => {
    const completion = await client.chat.completions.create({
      model: server.model,
      messages: capitalQuestion,
      max_tokens: 1,
    });

    expect(completion.choices[0]?.finish_reason).toBe("length");
    expect(completion.usage?.completion_tokens).toBe(1);
  });

  it("calls a tool that it is given", async () => {
    const completion = await client.chat.completions.create({
      model: server.model,
      messages: [{ role: "user", content: "What is the weather in Oslo?" }],
      tools: [
        {
          type: "function",
          function: {
            name: "get_weather",
            description: "the weather of a city",
            parameters: {
              type: "object",
              properties: { city: { type: "string", maxLength: 20 } },
              required: ["city"],
            },
          },
        },
      ],
      tool_choice: "required",
      temperature: 0,
      max_tokens: 128,
    });

    expect(completion.choices[0]?.finish_reason).toBe("tool_calls");
    const call = completion.choices[0]?.message.tool_calls?.[0];
    if (call?.type !== "function") throw new Error("no function was called");
    expect(call.function.name).toBe("get_weather");
    expect(JSON.parse(call.function.arguments)).toEqual({ city: expect.any(String) });
  });

  it("answers in the form of a JSON schema", async () => {
    const completion = await client.chat.completions.create({
      model: server.model,
      messages: [{ role: "user", content: "The weather in Oslo is 4 degrees. Answer as JSON." }],
      response_format: {
        type: "json_schema",
        json_schema: { name: "weather", strict: true, schema: weatherSchema },
      },
      temperature: 0,
      max_tokens: 256,
    });

    const answer = JSON.parse(completion.choices[0]?.message.content ?? "");
    expect(answer).toEqual({ city: expect.any(String), degrees: expect.any(Number) });
  });
});

describe.skipIf(jaegerMissing !== undefined)("the real Jaeger", () => {
  let jaeger: Jaeger;
  beforeAll(async () => {
    jaeger = await startJaeger();
  });
  afterAll(() => jaeger?.stop());

  it("stores spans sent by OTLP over gRPC", async () => {
    const sdk = new NodeSDK({
      serviceName: "parts-test",
      traceExporter: new OTLPTraceExporter({ url: jaeger.otlpEndpoint }),
      autoDetectResources: false,
      metricReaders: [],
      logRecordProcessors: [],
    });
    sdk.start();
    const traceId = trace.getTracer("parts-test").startActiveSpan("outer", (outer) => {
      trace
        .getTracer("parts-test")
        .startSpan("inner", { kind: SpanKind.CLIENT, attributes: { "headway.attempt": 2 } })
        .end();
      outer.end();
      return outer.spanContext().traceId;
    });
    // Shutting down sends what is buffered.
    await sdk.shutdown();

    const stored = await jaeger.findTrace(traceId, 2);

    expect(stored.spans).toHaveLength(2);
    const outer = stored.spans.find((span) => span.operationName === "outer");
    const inner = stored.spans.find((span) => span.operationName === "inner");
    expect(inner?.references).toEqual([{ refType: "CHILD_OF", traceID: traceId, spanID: outer?.spanID }]);
    expect(tagValue(inner?.tags ?? [], "headway.attempt")).toBe(2);
    expect(tagValue(inner?.tags ?? [], "span.kind")).toBe("client");
    expect(stored.processes[inner?.processID ?? ""]?.serviceName).toBe("parts-test");
  });
});

/** Holds a usage to what a server that counts can say: a prompt, an answer of at most `maximumOutput` tokens, their sum. */
function expectUsage(usage: OpenAI.CompletionUsage | null | undefined, maximumOutput: number): void {
  if (usage == null) throw new Error("no usage was sent");
  expect(usage.prompt_tokens).toBeGreaterThan(0);
  expect(usage.completion_tokens).toBeGreaterThan(0);
  expect(usage.completion_tokens).toBeLessThanOrEqual(maximumOutput);
  expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
}

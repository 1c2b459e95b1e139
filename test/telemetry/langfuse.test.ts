import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { context, propagation, trace } from "@opentelemetry/api";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { Secret } from "../../src/core/secret.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { startTracing, type Tracing } from "../../src/telemetry/tracing.ts";
import { outcomeOf } from "../support/service/failure.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, readToEnd } from "../support/service/talk.ts";
import { OtlpReceiver, type ReceivedSpan } from "../support/telemetry/otlp-receiver.ts";

const DOCUMENT = readFileSync(new URL("../../docs/langfuse.md", import.meta.url), "utf8");
const QUESTION = "a question that nobody may see";
const ANSWER = "an answer that nobody may see";

/** A provider that counts as docs/langfuse.md says, streams when asked to, and fails for `broken-2026`. */
const provider = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  const { model, stream } = JSON.parse(body) as { model: string; stream?: boolean };
  if (model === "broken-2026") {
    response.writeHead(500, { "content-type": "application/json" });
    return void response.end(JSON.stringify({ error: { message: "out of order" } }));
  }
  const usage = {
    prompt_tokens: 1200,
    completion_tokens: 300,
    prompt_tokens_details: { cached_tokens: 200 },
    completion_tokens_details: { reasoning_tokens: 100 },
  };
  const answered = { model: "large-2026-07", usage };
  const message = { role: "assistant", content: ANSWER };
  if (stream !== true) {
    response.writeHead(200, { "content-type": "application/json" });
    return void response.end(JSON.stringify({ ...answered, choices: [{ message, finish_reason: "stop" }] }));
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const chunk = (content: object) => `data: ${JSON.stringify(content)}\n\n`;
  response.write(chunk({ model: answered.model, choices: [{ index: 0, delta: message }] }));
  response.write(chunk({ ...answered, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }));
  response.end("data: [DONE]\n\n");
});

let receiver: OtlpReceiver;
let tracing: Tracing;
const clock = new ManualClock({ wallMs: Date.UTC(2026, 10, 22) });
const lines: string[] = [];
beforeAll(async () => {
  vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "10");
  vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", "x-other-collector=its-key");
  provider.listen(0, "127.0.0.1");
  await once(provider, "listening");
  receiver = await OtlpReceiver.start();
  const logger = await createLogger({
    level: "trace",
    format: "json",
    fields: () => ({}),
    destination: { write: (line) => void lines.push(line) },
  });
  tracing = await startTracing({
    endpoint: undefined,
    langfuse: { host: receiver.url, publicKey: "pk-lf-1", secretKey: new Secret("sk-lf-hidden") },
    serviceName: "headway",
    clock,
    logger,
  });
});
afterAll(async () => {
  await tracing.close(1_000);
  trace.disable();
  context.disable();
  propagation.disable();
  await receiver.stop();
  provider.close();
  provider.closeAllConnections();
});
beforeEach(() => {
  receiver.behaviour = 200;
  receiver.spans.length = 0;
  receiver.requests.length = 0;
});

async function start(sections: readonly string[] = []): Promise<Headway> {
  const price =
    "{input_per_million_usd: 2.5, cached_input_per_million_usd: 1.25, output_per_million_usd: 10}";
  const model = (name: string): string => `${name}: {upstream_model: ${name}-2026, price: ${price}}`;
  const baseUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`;
  const headway = await startHeadway({
    tracing: true,
    config: [
      "scheduler: {spacing: none}",
      `providers: {own: {type: openai_compatible, api_key: none, base_url: "${baseUrl}", limits: {rpm: 1000000},`,
      `  max_retries: 0, models: {${model("large")}, ${model("broken")}}}}`,
      ...sections,
    ].join("\n"),
  });
  onTestFinished(() => headway.close());
  return headway;
}

const EXAMPLE = ask(QUESTION, {
  model: "own/large",
  maxOutputTokens: 500n,
  requestId: "order-17",
  taskType: "review",
  tags: { team: "search" },
});

async function spansSoon(count: number): Promise<readonly ReceivedSpan[]> {
  await vi.waitFor(() => expect(receiver.spans).toHaveLength(count));
  return receiver.spans;
}

/** The rows of a table of the document: name and value; a value that is not code is only described. */
function rowsOf(marker: string): [string, string | undefined][] {
  const table = new RegExp(`<!-- table: ${marker} -->\\n([\\s\\S]*?)<!-- end -->`).exec(DOCUMENT)![1]!;
  const cells = table
    .split("\n")
    .map((line) => line.split(" | ").map((cell) => cell.replace(/^\||\|$/g, "").trim()));
  return cells
    .filter(([name]) => name?.startsWith("`"))
    .map(([name, value]) => [name!.replaceAll("`", ""), /^`(.*)`$/.exec(value!)?.[1]]);
}

/** Attributes as the document writes them; those of which it only describes the value stay out. */
function asWritten(span: ReceivedSpan, rows: readonly [string, string | undefined][]): [string, string][] {
  const described = new Set(rows.filter(([, value]) => value === undefined).map(([name]) => name));
  return Object.entries(span.attributes)
    .filter(([name]) => !described.has(name))
    .map(([name, value]): [string, string] => [
      name,
      Array.isArray(value) ? JSON.stringify(value) : String(value),
    ])
    .sort();
}

describe("what Langfuse gets", () => {
  it("is, attribute by attribute, what docs/langfuse.md says", async () => {
    const headway = await start();
    await headway.grpc.complete(EXAMPLE);
    const spans = await spansSoon(2);
    for (const [marker, name] of [
      ["generation", "chat large-2026"],
      ["request", "headway.v1.HeadwayService/Complete"],
    ] as const) {
      const span = spans.find((one) => one.name === name)!;
      const rows = rowsOf(marker);
      expect(rows.length).toBeGreaterThan(10);
      expect(Object.keys(span.attributes).sort()).toEqual(rows.map(([attribute]) => attribute).sort());
      expect(asWritten(span, rows)).toEqual(rows.filter(([, value]) => value !== undefined).sort());
      expect(span.resource).toMatchObject({ "service.name": "headway" });
    }
    const [generation, request] = spans[0]!.name.startsWith("chat") ? spans : [...spans].reverse();
    expect(generation!.parentSpanId).toBe(request!.spanId);
    expect(generation!.traceId).toBe(request!.traceId);
    expect(request!.parentSpanId).toBe("");
    expect(JSON.stringify(spans)).not.toMatch(/nobody may see/);
  });

  it("comes by HTTP with Protobuf and basic authentication, and with no header of another collector", async () => {
    const headway = await start();
    await headway.grpc.complete(EXAMPLE);
    await spansSoon(2);
    expect(receiver.requests.length).toBeGreaterThan(0);
    for (const { path, headers } of receiver.requests) {
      expect(path).toBe("/api/public/otel/v1/traces");
      expect(headers).toMatchObject({
        "content-type": "application/x-protobuf",
        authorization: `Basic ${Buffer.from("pk-lf-1:sk-lf-hidden").toString("base64")}`,
        "x-langfuse-ingestion-version": "4",
      });
      expect(headers).not.toHaveProperty("x-other-collector");
    }
  });

  it("has failed attempts, first pieces and content only where the document says so", async () => {
    const plain = new Set(rowsOf("generation").map(([name]) => name));
    const seen = new Set<string>();
    const collectFrom = (spans: readonly ReceivedSpan[]): void => {
      for (const { name, attributes } of spans) {
        if (!name.startsWith("chat")) continue;
        for (const attribute of Object.keys(attributes)) if (!plain.has(attribute)) seen.add(attribute);
      }
    };
    const first = await start();
    await outcomeOf(first.grpc.complete({ ...EXAMPLE, model: "own/broken", fallbackModels: ["own/large"] }));
    const fallback = await spansSoon(3);
    const failed = fallback.find(({ name }) => name === "chat broken-2026")!;
    expect(failed.attributes).toMatchObject({
      "langfuse.observation.level": "ERROR",
      "langfuse.observation.status_message": expect.stringMatching(/^SERVER_ERROR: .*out of order/),
      "langfuse.observation.metadata.attempt": 1,
    });
    expect(failed.attributes).not.toHaveProperty("langfuse.observation.cost_details");
    collectFrom(fallback);

    receiver.spans.length = 0;
    await readToEnd(first.grpc.streamComplete({ request: EXAMPLE }));
    const streamed = await spansSoon(2);
    const generation = streamed.find(({ name }) => name.startsWith("chat"))!;
    const started = Date.parse(String(generation.attributes["langfuse.observation.completion_start_time"]));
    expect(started).toBeGreaterThanOrEqual(Math.floor(generation.startMs));
    collectFrom(streamed);

    receiver.spans.length = 0;
    const second = await start(["telemetry: {capture_content: true}"]);
    await second.grpc.complete(EXAMPLE);
    const captured = await spansSoon(2);
    const { attributes } = captured.find(({ name }) => name.startsWith("chat"))!;
    expect(JSON.parse(String(attributes["langfuse.observation.input"]))).toEqual([
      { role: "user", parts: [{ type: "text", content: QUESTION }] },
    ]);
    expect(JSON.parse(String(attributes["langfuse.observation.output"]))).toEqual([
      { role: "assistant", parts: [{ type: "text", content: ANSWER }] },
    ]);
    collectFrom(captured);
    expect([...seen].sort()).toEqual(
      rowsOf("sometimes")
        .map(([name]) => name)
        .sort(),
    );
  });

  it("joins the caller's trace without naming it", async () => {
    const headway = await start();
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await headway.grpc.complete(EXAMPLE, { headers: { traceparent } });
    const spans = await spansSoon(2);
    const request = spans.find(({ name }) => name.endsWith("/Complete"))!;
    expect(request).toMatchObject({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      parentSpanId: "b7ad6b7169203331",
    });
    expect(request.attributes).not.toHaveProperty("langfuse.trace.name");
  });

  it("is nothing of what has no attempt", async () => {
    const headway = await start();
    await headway.grpc.getUsage({});
    const { slotId } = await headway.grpc.acquireSlot({ models: ["own/large"], inputTokens: 1n });
    await headway.grpc.settleSlot({ slotId });
    await outcomeOf(headway.grpc.complete(ask("x", { model: "own/none" })));
    await headway.grpc.complete(EXAMPLE);
    const spans = await spansSoon(2);
    expect(spans.map(({ name }) => name).sort()).toEqual([
      "chat large-2026",
      "headway.v1.HeadwayService/Complete",
    ]);
  });
});

describe("a Langfuse that is away", () => {
  it.each([503, 401, "hold"] as const)(
    "(%s) touches no call, and is told once without the key",
    async (behaviour) => {
      clock.advance(120_000);
      lines.length = 0;
      receiver.behaviour = behaviour;
      const headway = await start();
      for (let call = 0; call < 3; call++) {
        expect((await headway.grpc.complete(EXAMPLE)).attempts).toHaveLength(1);
      }
      if (behaviour === "hold") return;
      await vi.waitFor(
        () => {
          clock.advance(500);
          expect(lines.join("")).toContain(`HTTP ${behaviour}`);
        },
        { interval: 10 },
      );
      expect(lines.filter((line) => line.includes("spans cannot be sent"))).toHaveLength(1);
      expect(receiver.requests.length).toBeGreaterThanOrEqual(behaviour === 401 ? 1 : 3);
      expect(lines.join("") + headway.logs()).not.toMatch(/sk-lf-hidden|c2stbGYtaGlkZGVu/);
    },
  );
});

it("docs/langfuse.md has queries that are JSON", () => {
  const queries = [...DOCUMENT.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => JSON.parse(text!));
  expect(queries.map(({ view }) => view)).toEqual(["observations", "observations", "observations", "traces"]);
});

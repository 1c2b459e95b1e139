import { LLMock } from "@copilotkit/aimock";
import { trace } from "@opentelemetry/api";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SystemClock } from "../../src/core/clock.ts";
import { startTracing, type Tracing } from "../../src/telemetry/tracing.ts";
import { type Jaeger, jaegerMissing, startJaeger } from "../support/real/jaeger.ts";
import { type JaegerSpan, type JaegerTrace, tagValue } from "../support/real/jaeger-trace.ts";
import { type RealModel, realModelMissing, startRealModel } from "../support/real/model-server.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, textOf } from "../support/service/talk.ts";

const KEY = "sk-secret-0123456789abcdef";
const QUESTION = "What is the capital of France?";
const FIRST = "openai/gpt-4o-mini";
const SECOND = "local/tiny";

describe.skipIf(jaegerMissing !== undefined || realModelMissing !== undefined)(
  "the trace of a Complete",
  () => {
    const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
    let jaeger: Jaeger;
    let model: RealModel;
    let tracing: Tracing;
    let headway: Headway;
    let traceId: string;
    let callerSpanId: string;
    let answer: Awaited<ReturnType<Headway["grpc"]["complete"]>>;
    let stored: JaegerTrace;
    beforeAll(async () => {
      [jaeger, model] = await Promise.all([startJaeger(), startRealModel(), mock.start()]);
      // A provider that repeats in its error what it should not.
      mock.onMessage(QUESTION, {
        error: { message: `no ${KEY} for ${QUESTION}`, type: "server_error" },
        status: 500,
      });
      tracing = await startTracing({
        langfuse: undefined,
        endpoint: jaeger.otlpEndpoint,
        serviceName: "headway-test",
        clock: new SystemClock(),
        logger: pino({ level: "silent" }),
      });
      headway = await startHeadway({ config: config(mock.url, model), tracing: tracing.isOn });

      const caller = trace.getTracer("caller").startSpan("caller");
      ({ traceId, spanId: callerSpanId } = caller.spanContext());
      const headers = { traceparent: `00-${traceId}-${callerSpanId}-01` };
      const request = ask(QUESTION, {
        model: FIRST,
        fallbackModels: [SECOND],
        temperature: 0,
        maxOutputTokens: 32n,
      });
      answer = await headway.grpc.complete(request, { headers });
      caller.end();
      await tracing.close(10_000);
      stored = await jaeger.findTrace(traceId, 9);
    });
    afterAll(async () => {
      await headway?.close();
      await tracing?.close(0);
      await Promise.all([jaeger?.stop(), model?.stop(), mock.stop()]);
    });

    const named = (name: string) => stored.spans.filter(({ operationName }) => operationName === name);
    const childrenOf = (parent: JaegerSpan) =>
      stored.spans.filter(({ references }) =>
        references.some(({ refType, spanID }) => refType === "CHILD_OF" && spanID === parent.spanID),
      );
    const parentOf = ({ references }: JaegerSpan) => references[0]?.spanID;
    const tagsOf = ({ tags }: JaegerSpan) => Object.fromEntries(tags.map(({ key, value }) => [key, value]));

    it("is what the answer names", () => {
      expect(textOf(answer)).toContain("Paris");
      expect(answer.traceId).toBe(traceId);
      expect(stored.spans).toHaveLength(9);
      expect(Object.values(stored.processes).map(({ serviceName }) => serviceName)).toEqual(["headway-test"]);
    });

    it("has the server's span under the caller's own", () => {
      const [server] = named("headway.v1.HeadwayService/Complete");
      expect(parentOf(server!)).toBe(callerSpanId);
      expect(tagsOf(server!)).toMatchObject({
        "span.kind": "server",
        "rpc.system": "grpc",
        "rpc.service": "headway.v1.HeadwayService",
        "rpc.method": "Complete",
        "rpc.grpc.status_code": 0,
        "headway.request_id": answer.requestId,
      });
      expect(
        childrenOf(server!)
          .map(({ operationName }) => operationName)
          .sort(),
      ).toEqual(["chat gemma-3-270m", "chat gpt-4o-mini", "route"]);
    });

    it("has the attempt that failed, with its error", () => {
      const [failed] = named("chat gpt-4o-mini");
      expect(tagsOf(failed!)).toMatchObject({
        "span.kind": "client",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "headway.attempt": 1,
        "headway.deployment": FIRST,
        "error.type": "SERVER_ERROR",
        "http.response.status_code": 500,
        "otel.status_code": "ERROR",
      });
      expect(
        childrenOf(failed!)
          .map(({ operationName }) => operationName)
          .sort(),
      ).toEqual(["call", "wait"]);
    });

    it("has the attempt that answered, with its tokens and its cost", () => {
      const [answered] = named("chat gemma-3-270m");
      expect(tagsOf(answered!)).toMatchObject({
        "gen_ai.request.model": "gemma-3-270m",
        "gen_ai.response.model": "gemma-3-270m",
        "gen_ai.usage.input_tokens": Number(answer.usage?.inputTokens),
        "gen_ai.usage.output_tokens": Number(answer.usage?.outputTokens),
        "gen_ai.response.finish_reasons": '["stop"]',
        "headway.attempt": 2,
        "headway.deployment": SECOND,
        "headway.cost_nano_usd": Number(answer.cost?.totalNanoUsd),
      });
      expect(Number(answer.cost?.totalNanoUsd)).toBeGreaterThan(0);
      expect(tagValue(answered!.tags, "error.type")).toBeUndefined();
      // Jaeger keeps the spans of a trace in any order.
      const children = childrenOf(answered!);
      expect(children).toHaveLength(2);
      const [wait, call] = ["wait", "call"].map((name) =>
        children.find(({ operationName }) => operationName === name),
      );
      expect(tagsOf(wait!)).toMatchObject({ "headway.wait_causes": "[]" });
      expect(wait!.startTime + wait!.duration).toBeLessThanOrEqual(call!.startTime + 1_000);
    });

    it("holds neither key nor prompt nor answer, and neither do the log and the attempts", () => {
      const attempts = answer.attempts.map(({ errorMessage, explanation }) => errorMessage + explanation);
      for (const told of [JSON.stringify(stored), headway.logs(), attempts.join()]) {
        expect(told).not.toContain(KEY);
        expect(told).not.toContain("capital of France");
        expect(told).not.toContain("Paris");
      }
      expect(headway.logs()).toContain(traceId);
    });
  },
);

function config(brokenUrl: string, model: RealModel): string {
  return `
scheduler: {spacing: none}
providers:
  openai: {api_key: ${KEY}, base_url: "${brokenUrl}/v1", max_retries: 0}
  local:
    type: openai_compatible
    base_url: ${model.baseUrl}
    models:
      tiny:
        upstream_model: ${model.model}
        context_window: 8192
        max_output_tokens: 512
        price: {input_per_million_usd: 0.1, output_per_million_usd: 0.4}
`;
}

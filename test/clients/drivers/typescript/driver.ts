/** Does what the contract suite says, one JSON object a line, with the TypeScript client. */
import { join } from "node:path";
import { createInterface } from "node:readline";
import Anthropic from "@anthropic-ai/sdk";
import { fromJson, type JsonObject, toJson } from "@bufbuild/protobuf";
import { GoogleGenerativeAI } from "@google/generative-ai";
import { context, propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import { NodeSDK, tracing } from "@opentelemetry/sdk-node";
import OpenAI from "openai";
import { Headway, HeadwayError, headwayFetch, type Slot } from "../../../../clients/typescript/src/index.ts";
import { CompleteRequestSchema, CompleteResponseSchema } from "../../../../gen/es/headway/v1/complete_pb.js";
import { GetUsageRequestSchema, GetUsageResponseSchema } from "../../../../gen/es/headway/v1/get_usage_pb.js";
import { SettleSlotResponseSchema } from "../../../../gen/es/headway/v1/slots_pb.js";
import type {
  Answer,
  Command,
  ConnectCommand,
  LangChainCommand,
  MeasureCommand,
  SdkCommand,
  SlotCommand,
} from "../../support/commands.ts";

// As a service with OpenTelemetry has it, but for a collector.
new NodeSDK({
  spanProcessors: [new tracing.SimpleSpanProcessor(new tracing.InMemorySpanExporter())],
  autoDetectResources: false,
  metricReaders: [],
  logRecordProcessors: [],
  instrumentations: [],
}).start();
const headway = new Headway();
const CHAT_MODEL = join(import.meta.dirname, "../../../../clients/typescript/src/langchain/chat-headway.ts");

/** As the SDKs of the providers throw them. */
class CallFailed extends Error {
  readonly status: number | undefined;

  constructor(status?: number) {
    super("the call failed");
    this.status = status;
  }
}

async function run(command: Command): Promise<JsonObject> {
  switch (command.do) {
    case "complete": {
      const request = fromJson(CompleteRequestSchema, command.request);
      const signal = cancelAfter(command.cancelAfterMs);
      const response = await headway.complete(request, { signal, timeoutMs: command.timeoutMs });
      return { response: toJson(CompleteResponseSchema, response) };
    }
    case "stream": {
      const events: string[] = [];
      let text = "";
      for await (const event of headway.stream(fromJson(CompleteRequestSchema, command.request))) {
        events.push(event.case ?? "unknown");
        if (event.case === "delta") text += event.value.text;
        if (event.case === command.stopAt) break;
      }
      return { events, text };
    }
    case "usage": {
      const response = await headway.usage(fromJson(GetUsageRequestSchema, command.request));
      return { response: toJson(GetUsageResponseSchema, response) };
    }
    case "slot":
      return await slot(command);
    case "sdk":
      return await sdk(command);
    case "workers": {
      const statuses: Record<string, number> = {};
      let left = command.calls;
      const work = async () => {
        while (left-- > 0) {
          const status = await callUntilServed(command.models, command.url);
          statuses[status] = (statuses[status] ?? 0) + 1;
        }
      };
      await Promise.all(Array.from({ length: command.workers }, work));
      return { statuses };
    }
    case "measure":
      return await measure(command);
    case "connect":
      return await connect(command);
    case "langchain":
      return await langchain(command);
  }
}

async function slot(command: SlotCommand): Promise<JsonObject> {
  const {
    models,
    inputTokens,
    maxOutputTokens,
    maxWaitMs,
    leaseMs,
    end,
    holdMs = 0,
    usage = [0, 0],
  } = command;
  const request = { models, inputTokens, maxOutputTokens, maxWaitMs, leaseMs };
  const options = { signal: cancelAfter(command.cancelAfterMs) };
  const used = { inputTokens: usage[0], outputTokens: usage[1] };
  const told = (held: Slot): JsonObject => ({ model: held.model, reservedTokens: held.reservedTokens });
  if (end === "hold") return told(await headway.acquireSlot(request, options));
  if (end === "forget") {
    await using held = await headway.acquireSlot(request, options);
    return told(held);
  }
  if (end === "settle") {
    const held = await headway.acquireSlot(request, options);
    await new Promise((resolve) => setTimeout(resolve, holdMs));
    const settled = await held.settle({ usage: used });
    return { ...told(held), settled: toJson(SettleSlotResponseSchema, settled) };
  }
  let answer: JsonObject = {};
  try {
    await headway.withSlot(
      request,
      async (held) => {
        answer = told(held);
        if (end === "release") await held.release();
        if (end === "report") held.report({ usage: used });
        if (end === "fail") throw new CallFailed();
        if (end === "rateLimited") throw new CallFailed(429);
      },
      options,
    );
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
  }
  return answer;
}

async function sdk({
  sdk,
  baseUrl,
  model,
  stream,
  prompt,
  onUnavailable = "fail",
  address,
}: SdkCommand): Promise<JsonObject> {
  using other = address === undefined ? undefined : new Headway({ address });
  const fetch = headwayFetch(other ?? headway, { onUnavailable });
  const answer = await { openai, anthropic, gemini }[sdk]({ baseUrl, model, stream, prompt, fetch });
  return { ...answer, proceeded: fetch.proceededCount };
}

interface SdkCall extends Pick<SdkCommand, "baseUrl" | "model" | "stream" | "prompt"> {
  readonly fetch: ReturnType<typeof headwayFetch>;
}

async function openai({ baseUrl, model, stream, prompt, fetch }: SdkCall): Promise<JsonObject> {
  const client = new OpenAI({ apiKey: "sk-test", baseURL: `${baseUrl}/v1`, fetch, maxRetries: 2 });
  const request = { model, messages: [{ role: "user" as const, content: prompt }], max_tokens: 100 };
  if (!stream) {
    const { choices, usage } = await client.chat.completions.create(request);
    return { text: choices[0]!.message.content, usage: [usage!.prompt_tokens, usage!.completion_tokens] };
  }
  let text = "";
  let chunksWithoutChoice = 0;
  for await (const { choices } of await client.chat.completions.create({ ...request, stream: true })) {
    text += choices[0]?.delta.content ?? "";
    if (choices.length === 0) chunksWithoutChoice++;
  }
  return { text, chunksWithoutChoice };
}

async function anthropic({ baseUrl, model, stream, prompt, fetch }: SdkCall): Promise<JsonObject> {
  const client = new Anthropic({ apiKey: "sk-test", baseURL: baseUrl, fetch });
  const request = { model, messages: [{ role: "user" as const, content: prompt }], max_tokens: 100 };
  const message = stream
    ? await client.messages.stream(request).finalMessage()
    : await client.messages.create(request);
  const text = message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
  return { text, usage: [message.usage.input_tokens, message.usage.output_tokens] };
}

/** This SDK takes no fetch: it uses the global one. */
async function gemini({ baseUrl, model, stream, prompt, fetch }: SdkCall): Promise<JsonObject> {
  const builtIn = globalThis.fetch;
  globalThis.fetch = fetch as typeof builtIn;
  try {
    const generative = new GoogleGenerativeAI("key").getGenerativeModel({ model }, { baseUrl });
    const result = stream
      ? await generative.generateContentStream(prompt)
      : await generative.generateContent(prompt);
    if ("stream" in result) for await (const _ of result.stream);
    const response = await result.response;
    const { promptTokenCount = 0, candidatesTokenCount = 0 } = response.usageMetadata ?? {};
    return { text: response.text(), usage: [promptTokenCount, candidatesTokenCount] };
  } finally {
    globalThis.fetch = builtIn;
  }
}

/** Tries again as long as Headway cannot be reached. */
async function callUntilServed(models: readonly string[], url: string): Promise<number> {
  for (;;) {
    try {
      return await callInSlot(models, url);
    } catch (error) {
      if (!(error instanceof HeadwayError && error.isUnavailable)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function callInSlot(models: readonly string[], url: string): Promise<number> {
  return await headway.withSlot({ models, totalTokens: 10 }, async (held) => {
    const status = await post(url);
    held.report({ usage: { inputTokens: 3, outputTokens: 1 }, statusCode: status });
    return status;
  });
}

async function post(url: string): Promise<number> {
  const response = await fetch(url, { method: "POST", body: "{}" });
  await response.text();
  return response.status;
}

async function measure({ calls, models, url }: MeasureCommand): Promise<JsonObject> {
  const directMs: number[] = [];
  const slotMs: number[] = [];
  const nextMs: number[] = [];
  for (let call = 0; call < calls; call++) {
    directMs.push(await timeOf(() => post(url)));
    slotMs.push(await timeOf(() => callInSlot(models, url)));
    nextMs.push(await timeOf(() => post(url)));
  }
  return { directMs, slotMs, nextMs };
}

async function timeOf(call: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await call();
  return performance.now() - beganMs;
}

async function connect({ address, token, tlsRoot, traceparent }: ConnectCommand): Promise<JsonObject> {
  const tls = tlsRoot !== undefined && { rootCertificates: Buffer.from(tlsRoot) };
  using client = new Headway({ address, token, tls });
  const trace = propagation.extract(ROOT_CONTEXT, { traceparent });
  await context.with(trace, () => client.complete({}));
  return {};
}

/** What is used here of a message of LangChain, which is installed in the client's folder alone. */
interface LangChainMessage {
  readonly text: string;
  readonly tool_calls: readonly { readonly name: string }[];
  readonly usage_metadata: { readonly input_tokens: number; readonly output_tokens: number };
  concat(next: LangChainMessage): LangChainMessage;
}

async function langchain({ model, prompt, stream, tools }: LangChainCommand): Promise<JsonObject> {
  const { ChatHeadway } = await import(CHAT_MODEL);
  const chat = new ChatHeadway({ headway, model });
  const runnable = tools === undefined ? chat : chat.bindTools([...tools]);
  const chunks: LangChainMessage[] = [];
  if (stream) for await (const chunk of await runnable.stream(prompt)) chunks.push(chunk);
  else chunks.push(await runnable.invoke(prompt));
  const message = chunks.reduce((sum, chunk) => sum.concat(chunk));
  const { input_tokens, output_tokens } = message.usage_metadata;
  return {
    text: message.text,
    toolCalls: message.tool_calls.map(({ name }) => name),
    usage: [input_tokens, output_tokens],
    chunks: chunks.length,
  };
}

function cancelAfter(delayMs: number | undefined): AbortSignal | undefined {
  return delayMs === undefined ? undefined : AbortSignal.timeout(delayMs);
}

function failureOf(error: unknown): JsonObject {
  if (error instanceof HeadwayError) {
    const { code, reason, metadata, retryAfterMs, violations, message } = error;
    const subjects = violations.map(({ subject }) => subject);
    return { code, reason: reason ?? null, metadata, retryAfterMs: retryAfterMs ?? null, subjects, message };
  }
  if (error instanceof DOMException) return { cancelled: true };
  const { status, headers, message } = error as { status?: number; headers?: Headers; message: string };
  return { statusCode: status ?? null, reason: headers?.get?.("x-headway-reason") ?? null, message };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...command } = JSON.parse(line) as Command & { id: number };
  run(command as Command).then(
    (ok) => say({ id, ok }),
    (error: unknown) => say({ id, error: failureOf(error) }),
  );
}
process.exit(0);

function say(answer: Answer): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

import type { DescMethodServerStreaming, DescMethodUnary } from "@bufbuild/protobuf";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { credentials, Metadata, Client as RawClient, status } from "@grpc/grpc-js";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HeadwayService } from "../../gen/es/headway/v1/headway_service_pb.js";
import { AcquireSlotResponseSchema } from "../../gen/es/headway/v1/slots_pb.js";
import { type Failure, outcomeOf } from "../support/service/failure.ts";
import { type HostileField, hostileFields, pathText, withField } from "../support/service/hostile-values.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, readToEnd, textOf } from "../support/service/talk.ts";
import { TurnMeter } from "../support/service/turn-meter.ts";

const MODEL = "echo/echo";
/** Bounds what one request may cost everybody, in processor time of the one thread that serves them all. */
const MOST_TURN_MS = 500;
const CALL_TIMEOUT_MS = 30_000;
const CLEAR_CODES = ["InvalidArgument", "NotFound", "FailedPrecondition", "ResourceExhausted"];

let headway: Headway;
let binary: Client<typeof HeadwayService>;
let turns: TurnMeter;
let logStart: number;
beforeAll(async () => {
  headway = await startHeadway({
    config: `
scheduler: {spacing: none}
providers:
  echo: {limits: {rpm: 10000000, tpm: 100000000000, concurrent: 1000}}
  openai: {limits: {rpm: 10000000, tpm: 100000000000, rpd: -1}}
`,
  });
  const transport = createConnectTransport({
    baseUrl: headway.httpUrl,
    httpVersion: "1.1",
    useBinaryFormat: true,
  });
  binary = createClient(HeadwayService, transport);
});
afterAll(() => headway.close());
beforeEach(() => {
  turns = new TurnMeter();
  logStart = headway.logs().length;
});
/** Whatever came in: nothing is left behind, nothing was a defect, nobody was kept waiting. */
afterEach(async () => {
  expect(turns.stop()).toBeLessThan(MOST_TURN_MS);
  expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 });
  expect(textOf(await headway.grpc.complete(ask("still here", { model: MODEL })))).toBe("still here");
  expect(headway.logs().slice(logStart)).not.toContain("internal error");
});

/** A sensible request of each RPC, for one field of it to be spoiled. */
const REQUESTS = {
  complete: ask("hello", { model: MODEL }),
  streamComplete: { request: ask("hello", { model: MODEL }) },
  completeBatch: { requests: [ask("hello", { model: MODEL })] },
  acquireSlot: { models: [MODEL], inputTokens: 1n, maxOutputTokens: 1n },
  settleSlot: { slotId: "slot_x", usage: { inputTokens: 1n } },
  releaseSlot: { slotId: "slot_x" },
  renewSlot: { slotId: "slot_x" },
  getUsage: {},
  estimateTokens: { model: "openai/gpt-4o-mini", messages: ask("hello").messages! },
} as const;
type MethodName = keyof typeof REQUESTS;

/** Calls an RPC and gives back the slot that it may have got. */
async function call(
  client: Client<typeof HeadwayService>,
  name: MethodName,
  request: unknown,
): Promise<unknown> {
  const options = { timeoutMs: CALL_TIMEOUT_MS };
  if (name === "streamComplete") return readToEnd(client.streamComplete(request as object, options));
  if (name === "completeBatch") return readToEnd(client.completeBatch(request as object, options));
  const answer = await client[name](request as object, options);
  if (name !== "acquireSlot") return answer;
  return client.releaseSlot({ slotId: (answer as { slotId: string }).slotId });
}

function expectClear(outcome: Failure | "OK", what: string): void {
  if (outcome === "OK") return;
  expect(CLEAR_CODES, `${what}: ${JSON.stringify(outcome)}`).toContain(outcome.code);
  expect(outcome.message, what).not.toBe("");
  expect(outcome.message.length, what).toBeLessThan(4_000);
  expect(outcome.reason, what).toMatch(/^[A-Z_]+$/);
  // Of what cannot be read no field can be named.
  if (outcome.reason === "INVALID_REQUEST" && !outcome.message.includes("is not a valid message")) {
    expect(outcome.fields, `${what}: ${outcome.message}`).toBeDefined();
  }
}

describe.each([
  ["gRPC", () => headway.grpc],
  ["Connect", () => binary],
] as const)("through %s", (_, client) => {
  it.each(Object.keys(REQUESTS) as MethodName[])(
    "%s answers every field's odd values clearly",
    async (name) => {
      const fields: HostileField[] = hostileFields(HeadwayService.method[name].input, 4);
      expect(fields.length).toBeGreaterThan(4);
      for (const { path, label, value } of fields) {
        const request = withField(REQUESTS[name], path, value);
        expectClear(await outcomeOf(call(client(), name, request)), `${pathText(path)} ${label}`);
      }
    },
  );

  describe.each([
    ["20,000 × a", "a", 20_000],
    ["10 MB of one letter", "a", 10_000_000],
    ["10 MB of words", "lorem ipsum dolor ", 555_555],
    ["10 MB of signs from everywhere", "é漢🙈 ", 1_000_000],
  ])("%s", (_label, piece, count) => {
    const odd = (text: string): readonly (readonly [MethodName, object])[] => [
      ["complete", ask(text, { model: MODEL, maxOutputTokens: 5n })],
      ["streamComplete", { request: ask(text, { model: MODEL, maxOutputTokens: 5n }) }],
      ["estimateTokens", { model: "openai/gpt-4o-mini", messages: ask(text).messages! }],
      ["estimateTokens", { model: text, messages: ask("hello").messages! }],
      ["acquireSlot", { models: [text] }],
      ["acquireSlot", { models: [MODEL], requestId: text }],
      ["acquireSlot", { models: [MODEL], tags: { [text]: "" } }],
      ["settleSlot", { slotId: text }],
      ["settleSlot", { slotId: "slot_x", providerHeaders: { "retry-after": text } }],
      ["getUsage", { tenant: text }],
      ["getUsage", { groupBy: [text] }],
    ];
    it("is taken or refused, wherever it stands", async () => {
      for (const [name, request] of odd(piece.repeat(count))) {
        expectClear(await outcomeOf(call(client(), name, request)), name);
      }
    });
  });

  it("what is larger than a message may be is refused", async () => {
    const outcome = await outcomeOf(
      call(client(), "complete", ask("a".repeat(17_000_000), { model: MODEL })),
    );
    expect(outcome).toMatchObject({ code: "ResourceExhausted" });
  });
});

describe("bytes that are no request", () => {
  const METHODS = [
    HeadwayService.method.complete,
    HeadwayService.method.acquireSlot,
    HeadwayService.method.settleSlot,
    HeadwayService.method.getUsage,
  ];
  const valid = (method: (typeof METHODS)[number]) =>
    Buffer.from(
      toBinary(method.input, create(method.input, REQUESTS[method.localName as MethodName] as object)),
    );
  let raw: RawClient;
  beforeAll(() => {
    raw = new RawClient(headway.grpcAddress, credentials.createInsecure());
  });
  afterAll(() => raw.close());

  /** Noise may by chance be a request for a slot. */
  const release = (answer: Buffer) =>
    headway.grpc.releaseSlot({ slotId: fromBinary(AcquireSlotResponseSchema, answer).slotId });

  /** The code of the answer to these bytes. */
  const send = (method: DescMethodUnary | DescMethodServerStreaming, bytes: Buffer) =>
    new Promise<status>((resolve) => {
      const path = `/${method.parent.typeName}/${method.name}`;
      const pass = (buffer: Buffer) => buffer;
      const deadline = Date.now() + CALL_TIMEOUT_MS;
      raw.makeUnaryRequest(path, pass, pass, bytes, new Metadata(), { deadline }, async (error, answer) => {
        if (error === null && method.name === "AcquireSlot") await release(answer!);
        resolve(error === null ? status.OK : error.code);
      });
    });
  const CLEAR = [
    status.OK,
    status.INVALID_ARGUMENT,
    status.NOT_FOUND,
    status.FAILED_PRECONDITION,
    status.RESOURCE_EXHAUSTED,
  ];

  it.each([
    ["messages", HeadwayService.method.complete, [0x1a, 0]],
    ["tools", HeadwayService.method.estimateTokens, [0x1a, 0]],
    ["models", HeadwayService.method.acquireSlot, [0x0a, 0]],
    ["tags", HeadwayService.method.acquireSlot, [0x42, 0]],
    ["requests", HeadwayService.method.completeBatch, [0x0a, 0]],
    ["fields that there are not", HeadwayService.method.getUsage, [0x78, 0]],
  ])("millions of empty %s are refused", async (_, method, bytes) => {
    const message = Buffer.alloc(16_000_000, Buffer.from(bytes));
    expect(await send(method, message)).toBe(status.INVALID_ARGUMENT);
  });

  it.each(METHODS)("$localName answers noise clearly", async (method) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
        expect(CLEAR).toContain(await send(method, Buffer.from(noise)));
      }),
      { numRuns: 50 },
    );
  });

  it.each(METHODS.filter(({ name }) => name !== "AcquireSlot"))(
    "$localName answers a damaged request clearly",
    async (method) => {
      const bytes = valid(method);
      const damage = fc.record({
        at: fc.nat(Math.max(0, bytes.length - 1)),
        byte: fc.integer({ min: 0, max: 255 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
          const copy = Buffer.from(bytes);
          for (const { at, byte } of damages) copy[at] = byte;
          expect(CLEAR).toContain(await send(method, copy));
        }),
        { numRuns: 50 },
      );
    },
  );
});

describe("JSON of the wrong shape", () => {
  const post = async (method: string, body: string) => {
    const response = await fetch(`${headway.httpUrl}/headway.v1.HeadwayService/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    return { status: response.status, ...((await response.json()) as { code?: string; message?: string }) };
  };
  const message = (part: unknown) => ({ messages: [{ role: "ROLE_USER", parts: [part] }] });

  it.each([
    ["Complete", "{"],
    ["Complete", "[]"],
    ["Complete", "null"],
    ["Complete", '"text"'],
    ["Complete", JSON.stringify({ messages: "hello" })],
    ["Complete", JSON.stringify({ messages: [{ role: "ROLE_NOBODY", parts: [{ text: "a" }] }] })],
    ["Complete", JSON.stringify(message({ text: 7 }))],
    ["Complete", JSON.stringify(message({ text: "a", image: {} }))],
    ["Complete", JSON.stringify(message({ image: { data: "no base64 €" } }))],
    ["Complete", JSON.stringify({ ...message({ text: "a" }), temperature: "warm" })],
    ["Complete", JSON.stringify({ ...message({ text: "a" }), temperature: "NaN" })],
    ["Complete", JSON.stringify({ ...message({ text: "a" }), maxOutputTokens: 1.5 })],
    ["Complete", JSON.stringify({ ...message({ text: "a" }), maxOutputTokens: "1e400" })],
    ["Complete", JSON.stringify({ ...message({ text: "a" }), maxWait: "soon" })],
    ["Complete", JSON.stringify({ ...message({ text: "a" }), maxWait: "-1s" })],
    ["Complete", JSON.stringify({ ...message({ text: "a" }), maxWait: "999999999999999s" })],
    ["Complete", JSON.stringify({ ...message({ text: "a" }), providerOptions: [] })],
    ["AcquireSlot", JSON.stringify({ models: [1] })],
    ["AcquireSlot", JSON.stringify({ inputTokens: "-1" })],
    ["AcquireSlot", JSON.stringify({ tags: { a: 1 } })],
    ["SettleSlot", JSON.stringify({ slotId: {} })],
    ["GetUsage", JSON.stringify({ startTime: "yesterday" })],
    ["GetUsage", JSON.stringify({ timeframe: "TIMEFRAME_CENTURY" })],
  ])("%s refuses %s", async (method, body) => {
    const answer = await post(method, body);
    expect(answer).toMatchObject({ status: 400, code: "invalid_argument" });
    expect(answer.message).not.toBe("");
  });

  it("is refused however deep it is", async () => {
    const depth = 100_000;
    const body = `{"providerOptions":{"echo":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}}`;
    const answer = await post("Complete", body);
    expect(answer.status).toBeLessThan(500);
  });
});

import { afterAll, beforeEach, expect, it, onTestFinished } from "vitest";
import { AttemptErrorReason } from "../../gen/es/headway/v1/error_pb.js";
import { type Fault, FaultyServer, streamPiece } from "../support/service/faulty-server.ts";
import { recordSpans } from "../support/service/recorded-spans.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";
import { ask, collect, type Streamed } from "../support/service/talk.ts";

const FIRST = "first/m";
const SECOND = "second/m";
const HELD_BACK = "held back until it was whole, since the last stream from there broke off";

const spans = recordSpans();
afterAll(() => spans.stop());

let first: FaultyServer;
let headway: Headway;

beforeEach(async () => {
  first = await FaultyServer.start();
  const second = await FaultyServer.start();
  const provider = (url: string) =>
    `{type: openai_compatible, base_url: "${url}/v1", retry_delay: 1ms, models: {m: {limits: {rpm: 1000}, price: {input_per_million_usd: 1, output_per_million_usd: 2}}}}`;
  headway = await startHeadway({
    config: `
scheduler: {spacing: none}
providers: {first: ${provider(first.url)}, second: ${provider(second.url)}}
`,
  });
  onTestFinished(async () => {
    await headway.close();
    await Promise.all([first.stop(), second.stop()]);
  });
});

const begin: Fault = (response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(streamPiece("we"));
};
/** Breaks off once the first piece has gone out. */
const cut: Fault = (response, isStream) => {
  begin(response, isStream);
  setTimeout(() => response.destroy(), 20);
};
const inTwoPieces: Fault = (response, isStream) => {
  begin(response, isStream);
  const last = { choices: [{ delta: { content: "ll" }, finish_reason: "stop" }] };
  response.end(`data: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`);
};

const stream = (fallbackModels = [SECOND]): Promise<Streamed> =>
  collect(headway.grpc.streamComplete({ request: ask("hello", { model: FIRST, fallbackModels }) }));

it("after a stream broke off, the next are begun elsewhere, and come as they are written once one was whole", async () => {
  first.fault = cut;
  const broken = await stream();
  expect(broken.deltas).toEqual(["we"]);
  expect(broken.failure).toMatchObject({ code: "Unavailable", reason: "ALL_ATTEMPTS_FAILED" });

  const saved = await stream();
  expect(saved.deltas).toEqual(["well"]);
  expect(saved.kinds).toEqual(["attemptStarted", "attemptStarted", "delta", "done"]);
  const { attempts, cost, model } = saved.done!;
  expect(model).toBe(SECOND);
  expect(attempts.map(({ deployment, errorReason }) => [deployment, errorReason])).toEqual([
    [FIRST, AttemptErrorReason.CONNECTION],
    [SECOND, AttemptErrorReason.UNSPECIFIED],
  ]);
  expect(attempts[0]?.explanation).toContain(HELD_BACK);
  expect(attempts[0]?.cost?.totalNanoUsd).toBeGreaterThan(0n);
  expect(cost?.totalNanoUsd).toBe(attempts.reduce((sum, one) => sum + one.cost!.totalNanoUsd, 0n));
  const held = spans.spans().filter(({ attributes }) => attributes["headway.held_back"] === true);
  expect(held.map(({ attributes }) => attributes["headway.deployment"])).toEqual([FIRST]);

  first.fault = inTwoPieces;
  const proof = await stream();
  expect(proof).toMatchObject({ deltas: ["well"], done: { model: FIRST } });
  expect(proof.done?.attempts[0]?.explanation).toContain(HELD_BACK);
  const flowing = await stream();
  expect(flowing).toMatchObject({ deltas: ["we", "ll"], done: { model: FIRST } });
  expect(flowing.done?.attempts[0]?.explanation).not.toContain(HELD_BACK);
});

it("a stream that nobody else could begin is not held back", async () => {
  first.fault = cut;
  await stream([]);
  const broken = await stream([]);
  expect(broken.deltas).toEqual(["we"]);
  expect(broken.failure).toMatchObject({ reason: "ALL_ATTEMPTS_FAILED" });
});

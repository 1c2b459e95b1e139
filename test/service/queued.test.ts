import { expect, it, onTestFinished } from "vitest";
import { Priority } from "../../gen/es/headway/v1/routing_pb.js";
import type { StreamCompleteResponse } from "../../gen/es/headway/v1/stream_complete_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { SlotStream } from "../support/service/slot-stream.ts";
import { DOORS, startHeadway } from "../support/service/start-headway.ts";
import { ask, collect } from "../support/service/talk.ts";

it.each(DOORS)(
  "through %s, a streamed Complete that waits is told its place and each change of it",
  async (door) => {
    const headway = await startHeadway({ config: "providers: {echo: {limits: {concurrent: 3}}}" });
    onTestFinished(() => headway.close());
    const model = "echo/echo";
    const { slotId: running } = await headway.grpc.acquireSlot({ models: [model] });
    const places: bigint[] = [];
    let overtaking: Promise<{ slotId: string }> | undefined;
    const settle = (slotId: string) => headway.grpc.settleSlot({ slotId });
    const onEvent = ({ case: kind, value }: StreamCompleteResponse["event"]): void => {
      if (kind !== "queued") return;
      places.push(value.position);
      expect(value).toMatchObject({ model, deployment: model });
      // Somebody goes before it; when it has heard of that the way is made free for both.
      if (places.length === 1) {
        overtaking = headway.grpc.acquireSlot({ models: [model], priority: Priority.HIGH });
        void overtaking.then(({ slotId }) => settle(slotId));
      }
      if (places.length === 2) void settle(running);
    };
    const streamed = await collect(
      headway[door].streamComplete({ request: ask("hello", { model }) }),
      onEvent,
    );
    expect(places.slice(0, 2)).toEqual([1n, 2n]);
    expect(streamed.failure).toBeUndefined();
    expect(streamed.done?.model).toBe(model);
    expect(streamed.kinds.at(-1)).toBe("done");
  },
);

it("who waits is told for how long at most, and for how long when calls use what they usually do", async () => {
  const clock = new ManualClock();
  const headway = await startHeadway({
    config: `
scheduler: {guard: 1s, spacing: none}
providers: {echo: {limits: [{metric: tokens, window: 1m, amount: 1002}]}}
`,
    clock,
  });
  onTestFinished(async () => {
    stream.break();
    await headway.close();
  });
  const models = ["echo/echo"];
  const stream = new SlotStream(headway.grpcAddress);
  const { slotId } = await headway.grpc.acquireSlot({ models, totalTokens: 500n });
  await headway.grpc.settleSlot({ slotId, usage: { totalTokens: 250n } });
  clock.advance(10_000);
  await headway.grpc.acquireSlot({ models, totalTokens: 600n });
  // Of 1,000 tokens 250 count until 61 s and 600, or usually half of them, until 71 s.
  stream.acquire("late", { models, totalTokens: 460n });
  expect(await stream.placeOf("late", 1)).toMatchObject({
    value: {
      model: "echo/echo",
      deployment: "echo/echo",
      predictedWait: { seconds: 61n },
      likelyWait: { seconds: 51n },
    },
  });
  const { pools } = await headway.grpc.getUsage({ models });
  expect(pools[0]).toMatchObject({ queueLength: 1n, predictedWait: { seconds: 61n } });
  clock.advance(61_000);
  expect(await stream.answerTo("late")).toMatchObject({
    case: "acquired",
    value: { waited: { seconds: 61n } },
  });
});

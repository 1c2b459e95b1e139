import { expect, it, onTestFinished } from "vitest";
import { Priority } from "../../gen/es/headway/v1/routing_pb.js";
import type { StreamCompleteResponse } from "../../gen/es/headway/v1/stream_complete_pb.js";
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

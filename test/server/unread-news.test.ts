import { expect, it, onTestFinished } from "vitest";
import type { Services } from "../../src/rpc/services.ts";
import { SlotStream } from "../support/service/slot-stream.ts";
import { fakeServices } from "./fake-services.ts";
import { startFakeService } from "./running-service.ts";

const TOLD_COUNT = 50_000;

it("a session that does not read what it is told of its place is told no more, and still gets its answer", async () => {
  const { slots } = fakeServices();
  const acquire: Services["slots"]["acquire"] = (request, call, onQueued) => {
    for (let position = 1; position <= TOLD_COUNT; position++) {
      onQueued!({
        model: "own/a",
        deployment: "own/a",
        position,
        predictedWaitMs: 1000,
        likelyWaitMs: undefined,
      });
    }
    return slots.acquire(request, call);
  };
  const { grpcAddress } = await startFakeService({ slots: { ...slots, acquire } });
  const session = new SlotStream(`127.0.0.1:${grpcAddress.port}`);
  onTestFinished(() => session.break());
  session.acquire("r");
  expect((await session.answerTo("r")).case).toBe("acquired");
  const told = session.answers.flatMap(({ response }) =>
    response.case === "queued" ? [response.value] : [],
  );
  expect(told[0]).toMatchObject({ position: 1n });
  expect(told.length).toBeGreaterThan(1);
  expect(told.length).toBeLessThan(TOLD_COUNT / 2);
});

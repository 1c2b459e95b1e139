import { Code } from "@connectrpc/connect";
import { describe, expect, it, vi } from "vitest";
import type { Call } from "../../src/core/call.ts";
import { ErrorInfoSchema } from "../../src/rpc/google-rpc.ts";
import type { Services } from "../../src/rpc/services.ts";
import { errorOf } from "./error-of.ts";
import { fakeGrant, fakeServices } from "./fake-services.ts";
import { DOORS, startFakeService } from "./running-service.ts";

/** Slots that are granted when the test says so. */
function slotsOnCommand() {
  const started = Promise.withResolvers<Call>();
  const granted = Promise.withResolvers<void>();
  const slots: Services["slots"] = {
    ...fakeServices().slots,
    acquire(_request, call) {
      started.resolve(call);
      return { kind: "waiting", answer: granted.promise.then(() => fakeGrant()), leave: () => {} };
    },
  };
  return { slots, started: started.promise, grant: () => granted.resolve() };
}

describe.each(DOORS)("a server that shuts down, through $door", ({ client }) => {
  it("lets running calls end and refuses new ones", async () => {
    const { slots, started, grant } = slotsOnCommand();
    const service = await startFakeService({ slots });
    const caller = client(service);
    const running = caller.acquireSlot({});
    await started;
    const closed = service.close(60_000);
    const error = await errorOf(caller.getUsage({}));
    expect(error.code).toBe(Code.Unavailable);
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "SHUTTING_DOWN" }]);
    expect((await fetch(`${service.httpUrl}/readyz`)).status).toBe(503);
    expect((await fetch(`${service.httpUrl}/healthz`)).status).toBe(200);
    grant();
    expect((await running).slotId).toBe("slot_1");
    await closed;
    await expect(caller.getUsage({})).rejects.toThrow();
  });

  it("stops those that run longer than the grace period", async () => {
    const started = Promise.withResolvers<Call>();
    const service = await startFakeService({
      slots: {
        ...fakeServices().slots,
        acquire(_request, call) {
          started.resolve(call);
          const { promise, reject } = Promise.withResolvers<never>();
          return { kind: "waiting", answer: promise, leave: () => reject(new Error("was stopped")) };
        },
      },
    });
    const running = errorOf(client(service).acquireSlot({}));
    await started.promise;
    await service.close(50);
    const error = await running;
    expect(error.code).toBe(Code.Unavailable);
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "SHUTTING_DOWN" }]);
  });

  it("is not held up by those that do not stop", async () => {
    const started = Promise.withResolvers<void>();
    const service = await startFakeService({
      slots: {
        ...fakeServices().slots,
        acquire: () => {
          started.resolve();
          return { kind: "waiting", answer: new Promise(() => {}), leave: () => {} };
        },
      },
    });
    const controller = new AbortController();
    const running = errorOf(client(service).acquireSlot({}, { signal: controller.signal }));
    await started.promise;
    await service.close(50);
    controller.abort();
    await running;
  });
});

it("a server without calls closes although clients stay connected", async () => {
  const service = await startFakeService();
  const [{ client }] = DOORS;
  await client(service).getUsage({});
  const onClosed = vi.fn();
  await service.close(60_000).then(onClosed);
  expect(onClosed).toHaveBeenCalledOnce();
});

import { Code, ConnectError } from "@connectrpc/connect";
import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import type { Call } from "../../src/core/call.ts";
import { SystemClock } from "../../src/core/clock.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { ErrorInfoSchema } from "../../src/rpc/google-rpc.ts";
import type { Services } from "../../src/rpc/services.ts";
import { fakeServices, waitForever } from "./fake-services.ts";
import { DOORS, startFakeService } from "./running-service.ts";

/** Slots that are never granted; whoever is stopped is told that the caller went away, as by the scheduler. */
function slotsWithoutEnd() {
  const started = Promise.withResolvers<Call>();
  const slots: Services["slots"] = {
    ...fakeServices().slots,
    acquire(_request, call) {
      started.resolve(call);
      return waitForever();
    },
  };
  return { slots, started: started.promise };
}

/** A logger, and the codes of the calls that it has been told of. */
function callLog() {
  const codes: string[] = [];
  const write = (line: string) => void codes.push(JSON.parse(line).code);
  return { codes, logger: pino({ level: "info" }, { write }) };
}

/** The service's clock moves only when told to: whether a call has ended late is certain, on any machine. */
async function startWithManualClock() {
  const { slots, started } = slotsWithoutEnd();
  const { codes, logger } = callLog();
  const clock = new ManualClock({ wallMs: new SystemClock().wallMs() });
  const service = await startFakeService({ slots }, { clock, logger, logRequests: true });
  return { service, clock, started, codes };
}

describe.each(DOORS)("through $door", ({ client }) => {
  it.each([
    { beforeDeadlineMs: 50, code: "DEADLINE_EXCEEDED" },
    { beforeDeadlineMs: 51, code: "CANCELLED" },
  ])("a caller who leaves $beforeDeadlineMs ms before the deadline is logged as $code", async (leaving) => {
    const { service, clock, started, codes } = await startWithManualClock();
    const controller = new AbortController();
    const running = client(service).acquireSlot({}, { timeoutMs: 60_000, signal: controller.signal });
    const ended = expect(running).rejects.toThrow();
    const { deadlineMs } = await started;
    clock.advanceTo(deadlineMs! - leaving.beforeDeadlineMs);
    controller.abort();
    await ended;
    await vi.waitFor(() => expect(codes).toEqual([leaving.code]));
  });

  it("a slot whose wait the deadline ends is DEADLINE_EXCEEDED to the caller and to the log", async () => {
    const { service, clock, started, codes } = await startWithManualClock();
    const caller = client(service);
    // Connects, so that of the second nothing is lost with that.
    await caller.getUsage({});
    codes.length = 0;
    const running = caller.acquireSlot({}, { timeoutMs: 1_000 });
    const failing = running.then(
      () => expect.fail("should have failed"),
      (reason: unknown) => ConnectError.from(reason),
    );
    const { deadlineMs } = await started;
    // The timers of both sides end the call; by this clock it is late then, however long the way here was.
    clock.advanceTo(deadlineMs!);
    const error = await failing;
    expect(error.code).toBe(Code.DeadlineExceeded);
    const reasons = error.findDetails(ErrorInfoSchema).map(({ reason }) => reason);
    // The client's own clock may have ended the call before our answer came.
    if (reasons.length > 0) expect(reasons).toEqual(["DEADLINE_EXCEEDED"]);
    await vi.waitFor(() => expect(codes).toEqual(["DEADLINE_EXCEEDED"]));
  });
});

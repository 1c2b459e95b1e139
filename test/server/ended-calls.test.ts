import { Code, ConnectError } from "@connectrpc/connect";
import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import type { Call } from "../../src/core/call.ts";
import { SystemClock } from "../../src/core/clock.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { refuse } from "../../src/core/refusal.ts";
import { ErrorInfoSchema } from "../../src/rpc/google-rpc.ts";
import type { Services } from "../../src/rpc/services.ts";
import { fakeServices } from "./fake-services.ts";
import { DOORS, startFakeService } from "./running-service.ts";

const [GRPC] = DOORS;

/** Slots that are never granted; whoever is stopped is told that the caller went away, as by the scheduler. */
function slotsWithoutEnd() {
  const started = Promise.withResolvers<Call>();
  const slots: Services["slots"] = {
    ...fakeServices().slots,
    async acquire(_request, call) {
      await new Promise((resolve) => {
        call.signal.addEventListener("abort", resolve, { once: true });
        started.resolve(call);
      });
      return refuse("CANCELLED", "the caller went away while waiting");
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

describe("a gRPC client that goes away", () => {
  it.each([
    { beforeDeadlineMs: 50, code: "DEADLINE_EXCEEDED" },
    { beforeDeadlineMs: 51, code: "CANCELLED" },
  ])("$beforeDeadlineMs ms before its deadline is logged as $code", async ({ beforeDeadlineMs, code }) => {
    const { slots, started } = slotsWithoutEnd();
    const { codes, logger } = callLog();
    const clock = new ManualClock({ wallMs: new SystemClock().wallMs() });
    const service = await startFakeService({ slots }, { clock, logger, logRequests: true });
    const controller = new AbortController();
    const running = GRPC.client(service).acquireSlot({}, { timeoutMs: 60_000, signal: controller.signal });
    const ended = expect(running).rejects.toThrow();
    const { deadlineMs } = await started;
    clock.advanceTo(deadlineMs! - beforeDeadlineMs);
    controller.abort();
    await ended;
    await vi.waitFor(() => expect(codes).toEqual([code]));
  });
});

describe.each(DOORS)("a slot whose wait the deadline ends, through $door", ({ client }) => {
  it("is DEADLINE_EXCEEDED to the caller and to the log", async () => {
    const { slots } = slotsWithoutEnd();
    const { codes, logger } = callLog();
    const service = await startFakeService({ slots }, { logger, logRequests: true });
    const error = await client(service)
      .acquireSlot({}, { timeoutMs: 200 })
      .then(
        () => expect.fail("should have failed"),
        (reason: unknown) => ConnectError.from(reason),
      );
    expect(error.code).toBe(Code.DeadlineExceeded);
    const reasons = error.findDetails(ErrorInfoSchema).map(({ reason }) => reason);
    // The client's own clock may have ended the call before our answer came.
    if (reasons.length > 0) expect(reasons).toEqual(["DEADLINE_EXCEEDED"]);
    await vi.waitFor(() => expect(codes).toEqual(["DEADLINE_EXCEEDED"]));
  });
});

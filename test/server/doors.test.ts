import { Code } from "@connectrpc/connect";
import { describe, expect, it, vi } from "vitest";
import { Role } from "../../gen/es/headway/v1/message_pb.js";
import type { Call } from "../../src/core/call.ts";
import { refuse } from "../../src/core/refusal.ts";
import { Secret } from "../../src/core/secret.ts";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  QuotaFailureSchema,
  RetryInfoSchema,
} from "../../src/rpc/google-rpc.ts";
import { errorOf } from "./error-of.ts";
import { fakeServices, waitForever } from "./fake-services.ts";
import { DOORS, startFakeService } from "./running-service.ts";

const HELLO = [{ role: Role.USER, parts: [{ part: { case: "text" as const, value: "hi" } }] }];

describe.each(DOORS)("through $door", ({ client }) => {
  it("answers a unary RPC", async () => {
    const service = await startFakeService();
    const response = await client(service).acquireSlot({
      models: ["fake/model"],
      inputTokens: 10n,
      maxOutputTokens: 20n,
    });
    expect(response).toMatchObject({
      slotId: "slot_1",
      deployment: "fake/model#eu",
      reservedTokens: 30n,
      waited: { seconds: 0n, nanos: 250_000_000 },
    });
  });

  it("answers a Complete", async () => {
    const service = await startFakeService();
    const response = await client(service).complete({ messages: HELLO, requestId: "r1" });
    expect(response).toMatchObject({ requestId: "r1", cost: { totalNanoUsd: 110n, currencyCode: "USD" } });
    expect(response.message?.parts[0]?.part).toEqual({ case: "text", value: "hello" });
    expect(response.attempts[0]).toMatchObject({
      providerStatusCode: 200,
      waited: { seconds: 1n, nanos: 500_000_000 },
    });
  });

  it("streams", async () => {
    const service = await startFakeService();
    const events: unknown[] = [];
    for await (const { event } of client(service).streamComplete({ request: { messages: HELLO } })) {
      events.push(event.case === "delta" ? event.value.text : event.case);
    }
    expect(events).toEqual(["hel", "lo", "done"]);
  });

  it("ends a stream with a status when it is refused midway", async () => {
    const service = await startFakeService({
      completion: {
        ...fakeServices().completion,
        async *stream() {
          yield { kind: "delta", text: "hel" };
          yield refuse("ALL_ATTEMPTS_FAILED", "the answer was cut");
        },
      },
    });
    const events: unknown[] = [];
    const error = await errorOf(
      (async () => {
        for await (const { event } of client(service).streamComplete({ request: { messages: HELLO } }))
          events.push(event);
      })(),
    );
    expect(events).toHaveLength(1);
    expect(error).toMatchObject({ code: Code.Unavailable, rawMessage: "the answer was cut" });
  });

  it("names every wrong field", async () => {
    const service = await startFakeService();
    const error = await errorOf(client(service).complete({ temperature: 3, maxAttempts: -1 }));
    expect(error.code).toBe(Code.InvalidArgument);
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([
      { reason: "INVALID_REQUEST", domain: "headway" },
    ]);
    const [badRequest] = error.findDetails(BadRequestSchema);
    expect(badRequest?.fieldViolations.map(({ field }) => field)).toEqual([
      "temperature",
      "messages",
      "max_attempts",
    ]);
  });

  it("says when to try again, and which limit stands in the way", async () => {
    const service = await startFakeService({
      slots: {
        ...fakeServices().slots,
        acquire: () =>
          refuse("WAIT_TOO_LONG", "the wait is 90 s", {
            retryAfterMs: 90_500,
            metadata: { predicted_wait: "90.5s" },
            quotaViolations: [{ subject: "pool fake/model", description: "20 requests in 60 s" }],
          }),
      },
    });
    const error = await errorOf(client(service).acquireSlot({}));
    expect(error.code).toBe(Code.ResourceExhausted);
    expect(error.findDetails(RetryInfoSchema)).toMatchObject([
      { retryDelay: { seconds: 90n, nanos: 500_000_000 } },
    ]);
    expect(error.findDetails(QuotaFailureSchema)).toMatchObject([
      { violations: [{ subject: "pool fake/model" }] },
    ]);
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ metadata: { predicted_wait: "90.5s" } }]);
  });

  it("tells nothing of a defect but an id", async () => {
    const service = await startFakeService({
      usage: {
        report: () => {
          throw new Error("key sk-123 of /home/me");
        },
      },
    });
    const error = await errorOf(client(service).getUsage({}));
    expect(error.code).toBe(Code.Internal);
    expect(error.rawMessage).toMatch(/^internal error; the log knows more under req_[\w-]+$/);
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "INTERNAL" }]);
  });

  it("refuses a message that is too large", async () => {
    const service = await startFakeService();
    const error = await errorOf(client(service).getUsage({ tenant: "x".repeat(2_000_000) }));
    expect(error.code).toBe(Code.ResourceExhausted);
  });

  it("tells the handler when the caller goes away", async () => {
    const { service, acquired } = await serviceThatWaits();
    const controller = new AbortController();
    const answer = client(service).acquireSlot({}, { signal: controller.signal });
    const call = await acquired;
    controller.abort();
    expect((await errorOf(answer)).code).toBe(Code.Canceled);
    await vi.waitFor(() => expect(call.signal.aborted).toBe(true));
  });

  it("hands the deadline to the handler, and ends the call at it", async () => {
    const { service, acquired } = await serviceThatWaits();
    const caller = client(service);
    // Connects, so that of the second nothing is lost with that.
    await caller.getUsage({});
    const answer = caller.acquireSlot({}, { timeoutMs: 1_000 });
    const call = await acquired;
    expect(call.deadlineMs! - performance.now()).toBeLessThanOrEqual(1_000);
    expect((await errorOf(answer)).code).toBe(Code.DeadlineExceeded);
    await vi.waitFor(() => expect(call.signal.aborted).toBe(true));
  });

  it("tells the handler of a stream when the caller goes away", async () => {
    const started = Promise.withResolvers<Call>();
    const service = await startFakeService({
      completion: {
        ...fakeServices().completion,
        async *stream(_command, call) {
          started.resolve(call);
          yield { kind: "delta", text: "first" };
          await new Promise((resolve) => call.signal.addEventListener("abort", resolve));
        },
      },
    });
    const controller = new AbortController();
    const error = await errorOf(
      (async () => {
        const stream = client(service).streamComplete(
          { request: { messages: HELLO } },
          { signal: controller.signal },
        );
        for await (const _ of stream) controller.abort();
      })(),
    );
    expect(error.code).toBe(Code.Canceled);
    const { signal } = await started.promise;
    await vi.waitFor(() => expect(signal.aborted).toBe(true));
  });

  it("knows tenants by their tokens", async () => {
    const tenants: string[] = [];
    const service = await startFakeService(
      {
        models: {
          list: ({ tenant }) => {
            tenants.push(tenant);
            return [];
          },
        },
      },
      { tenants: [{ name: "search", token: new Secret("s3cret") }] },
    );
    const asWhom = (authorization?: string) =>
      client(service).listModels({}, authorization === undefined ? {} : { headers: { authorization } });
    await asWhom("Bearer s3cret");
    expect(tenants).toEqual(["search"]);
    for (const wrong of [undefined, "Bearer other", "Basic s3cret"]) {
      const error = await errorOf(asWhom(wrong));
      expect(error.code).toBe(Code.Unauthenticated);
      expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "TOKEN_INVALID" }]);
    }
  });
});

/** A service whose AcquireSlot waits until its call is stopped. */
async function serviceThatWaits() {
  const started = Promise.withResolvers<Call>();
  const service = await startFakeService({
    slots: {
      ...fakeServices().slots,
      acquire(_request, call) {
        started.resolve(call);
        return waitForever();
      },
    },
  });
  return { service, acquired: started.promise };
}

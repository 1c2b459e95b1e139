import { AsyncLocalStorage } from "node:async_hooks";
import { context, TraceFlags, trace } from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import { createLogger, type LogOptions } from "../../src/telemetry/logger.ts";

async function linesOf(
  write: (logger: Awaited<ReturnType<typeof createLogger>>) => void,
  options: Partial<LogOptions> = {},
): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  write(await createLogger({ level: "info", format: "json", fields: () => ({}), destination, ...options }));
  return lines.map((line) => JSON.parse(line));
}

afterEach(() => context.disable());

describe("a line of the log", () => {
  it("has level, time and text, and the fields of the request", async () => {
    const lines = await linesOf((logger) => logger.info({ model: "a/b" }, "hello"), {
      fields: () => ({ request_id: "r1" }),
    });
    expect(lines).toEqual([
      {
        level: "info",
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        request_id: "r1",
        model: "a/b",
        msg: "hello",
      },
    ]);
  });

  it("is left out below the level", async () => {
    expect(await linesOf((logger) => logger.debug("quiet"))).toEqual([]);
  });

  it("names the span in which it was written", async () => {
    context.setGlobalContextManager(contextManager());
    const span = trace.wrapSpanContext({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      traceFlags: TraceFlags.SAMPLED,
    });
    const [line] = await linesOf((logger) =>
      context.with(trace.setSpan(context.active(), span), () => logger.info("hello")),
    );
    expect(line).toMatchObject({
      trace_id: "0af7651916cd43dd8448eb211c80319c",
      span_id: "b7ad6b7169203331",
    });
  });

  it("tells of an error its kind, text and cause, and nothing else that hangs on it", async () => {
    const cause = Object.assign(new TypeError("socket closed"), {
      headers: { authorization: "Bearer sk-1" },
    });
    const error = Object.assign(new Error("call failed", { cause }), { prompt: "my secret" });
    const lines = await linesOf((logger) => logger.error({ err: error }, "internal error"));
    expect(lines[0]).toMatchObject({
      err: { type: "Error", message: "call failed", cause: { type: "TypeError", message: "socket closed" } },
    });
    expect(JSON.stringify(lines)).not.toMatch(/sk-1|my secret/);
  });

  it("is for people when asked for", async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const logger = await createLogger({ level: "info", format: "pretty", fields: () => ({}), destination });
    logger.info("hello");
    expect(lines.join()).toMatch(/INFO.*hello/);
  });
});

/** The least that `context.with` needs. */
function contextManager() {
  const storage = new AsyncLocalStorage<ReturnType<typeof context.active>>();
  const root = context.active();
  const manager = {
    active: () => storage.getStore() ?? root,
    with: (active: typeof root, work: () => unknown) => storage.run(active, work),
    bind: <T>(_: unknown, target: T) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager as never;
}

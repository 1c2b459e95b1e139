import { expect, it } from "vitest";
import { makeCompleterBench, runClock } from "../support/completion/completer-bench.ts";
import { makeCommand } from "../support/completion/make-command.ts";

const CONFIG = `
providers:
  p:
    type: openai_compatible
    base_url: http://127.0.0.1:9/v1
    api_key: none
    models: {m: {price: {input_per_million_usd: 1, output_per_million_usd: 1000}}}
`;

it.each(["whole", "streamed"])("a %s answer without usage is charged for what was counted", async (form) => {
  const { clock, completer } = await makeCompleterBench({
    config: CONFIG,
    seed: 1,
    lineOf: () => ({ kind: "answer", afterMs: 10, isUsageUnreported: true }),
    onCall: () => {},
  });
  const call = { caller: { tenant: "default" }, signal: new AbortController().signal, deadlineMs: undefined };
  const stream = async () => {
    for await (const event of completer.stream(COMMAND, call)) if (event.kind === "done") return event.result;
    throw new Error("no answer");
  };
  const end = await runClock(clock, form === "whole" ? completer.complete(COMMAND, call) : stream());
  if ("kind" in end) throw new Error(end.message);
  const { usage, cost, attempts } = end;
  expect(usage).toMatchObject({ estimated: true, outputTokens: 2 });
  expect(usage.inputTokens).toBeGreaterThan(0);
  expect(cost?.outputNanoUsd).toBe(2_000_000n);
  expect(attempts[0]).toMatchObject({ usage, cost });
});

const COMMAND = makeCommand(10, { model: "p/m", maxWaitMs: 30_000 });

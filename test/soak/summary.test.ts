import { expect, it, onTestFinished } from "vitest";
import { ContextStrategy } from "../../gen/es/headway/v1/routing_pb.js";
import { startRealModel } from "../support/real/model-server.ts";
import { startHeadway } from "../support/service/start-headway.ts";
import { ask, collect, textOf } from "../support/service/talk.ts";

/** Half of what the model's server has: the work of a call grows with the square of its length. */
const CONTEXT_TOKENS = 4_096;
const OUTPUT_TOKENS = 64;
const SENTENCE = "The river rose in the night and the people of the town carried their goods to the hill. ";

/** About 50,000 tokens, which take a model on two cores some minutes. */
it("a text of 200 KB is summarized by a real model, part by part", async () => {
  const server = await startRealModel();
  onTestFinished(() => server.stop());
  const headway = await startHeadway({
    config: `
scheduler: {spacing: none}
providers:
  local:
    type: openai_compatible
    base_url: ${server.baseUrl}
    timeout: 10m
    first_token_timeout: 10m
    models:
      tiny:
        upstream_model: ${server.model}
        context_window: ${CONTEXT_TOKENS}
        max_output_tokens: 512
        limits: {concurrent: 1}
`,
  });
  onTestFinished(() => headway.close());
  const chapters = Array.from({ length: 100 }, (_, index) => `Chapter ${index + 1}. ${SENTENCE.repeat(23)}`);
  const text = `Summarize this story in one sentence.\n\n${chapters.join("\n\n")}`;
  expect(text.length).toBeGreaterThan(200_000);
  const request = ask(text, {
    model: "local/tiny",
    temperature: 0,
    maxOutputTokens: BigInt(OUTPUT_TOKENS),
    contextStrategy: ContextStrategy.CHUNK,
    maxWait: { seconds: 3600n },
  });
  const progress: number[] = [];
  const { done, deltas, failure } = await collect(headway.grpc.streamComplete({ request }), (event) => {
    if (event.case === "chunkProgress") progress.push(event.value.doneCount);
  });
  expect(failure).toBeUndefined();
  const { attempts, contextChange, usage } = done!;
  const parts = contextChange!.chunkCount;
  console.log(`${parts} parts, ${attempts.length} calls, ${usage!.inputTokens} tokens: ${textOf(done)}`);
  expect(parts).toBeGreaterThan(10);
  expect(progress).toEqual(Array.from({ length: parts + 1 }, (_, index) => index));
  expect(textOf(done)).toMatch(/\w+ \w+/);
  expect(deltas.join("")).toBe(textOf(done));
  for (const attempt of attempts) {
    expect(Number(attempt.usage!.inputTokens) + OUTPUT_TOKENS).toBeLessThanOrEqual(CONTEXT_TOKENS);
  }
  const used = attempts.reduce((sum, attempt) => sum + (attempt.usage?.inputTokens ?? 0n), 0n);
  expect(usage!.inputTokens).toBe(used);
});

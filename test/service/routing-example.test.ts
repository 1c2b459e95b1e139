import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { startHeadway } from "../support/service/start-headway.ts";

const TEXT = readFileSync(new URL("../../docs/routing.md", import.meta.url), "utf8");
const EXAMPLE = TEXT.slice(TEXT.indexOf("**Try it**"), TEXT.indexOf("## After a failed attempt"));

function blockOf(language: string): string {
  return new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "ms").exec(EXAMPLE)![1]!;
}

/** The calls of the example, each with what it sends. */
const CALLS = [...blockOf("sh").matchAll(/HeadwayService\/(\w+) \\\n {2}-d '(.*?)'/gs)].map(
  ([, rpc, body]) => [rpc!, body!] as const,
);

test("the example of docs/routing.md prints what it says", async () => {
  const clock = new ManualClock();
  const headway = await startHeadway({ clock, config: blockOf("yaml") });
  onTestFinished(() => headway.close());
  const answers: string[] = [];
  for (const [rpc, body] of CALLS) {
    const response = await fetch(`${headway.httpUrl}/headway.v1.HeadwayService/${rpc}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(response.status).toBe(200);
    answers.push(await response.text());
    clock.advance(100);
  }
  expect(CALLS.map(([rpc]) => rpc)).toEqual(["Complete", "PlanComplete"]);
  const printed = answers.at(-1)!.match(/"model":"[^"]*"|"explanation":"[^"]*"/g)!;
  expect(printed).toEqual(blockOf("text").trim().split("\n"));
});

// Ten direct calls at a pace that the provider accepts. With a key in OPENAI_API_KEY the calls are made by its SDK.
import OpenAI from "openai";
import { Headway, headwayFetch } from "../../clients/typescript/src/index.ts";

using headway = new Headway();
const model = "gpt-4o-mini";

async function withSdk(question: string): Promise<string> {
  // One line: the SDK does the rest as before.
  const openai = new OpenAI({ fetch: headwayFetch(headway, { onUnavailable: "proceed" }) });
  const answer = await openai.chat.completions.create({
    model,
    messages: [{ role: "user", content: question }],
  });
  return answer.choices[0]?.message.content ?? "";
}

async function byHand(question: string): Promise<string> {
  return await headway.withSlot(
    { models: `openai/${model}`, inputTokens: 20, maxOutputTokens: 50 },
    (slot) => {
      // Call the provider here, in any way, and report what it used.
      slot.report({ usage: { inputTokens: 12, outputTokens: 30 } });
      return `${question} (${slot.model} after ${slot.waitedMs} ms, ${slot.reservedTokens} tokens reserved)`;
    },
  );
}

const call = process.env.OPENAI_API_KEY ? withSdk : byHand;
const questions = Array.from({ length: 10 }, (_, index) => `question ${index + 1}`);
await Promise.all(questions.map(async (question) => console.log(await call(question))));

// Answers a question with the default model, or with `echo` when no provider has a key: node examples/typescript/complete.ts
import { Headway, HeadwayError, textOf, user } from "../../clients/typescript/src/index.ts";

using headway = new Headway();

try {
  const answer = await headway.complete({
    model: process.argv[2] ?? "echo/echo",
    messages: [user("Why do trains keep their distance?")],
    tags: { feature: "example" },
  });
  console.log(textOf(answer.message));
  console.log(
    `${answer.model}: ${answer.usage?.totalTokens} tokens, ${answer.cost?.totalNanoUsd ?? "?"} nano-dollars`,
  );
  for (const attempt of answer.attempts) console.log(`tried ${attempt.model}: ${attempt.explanation}`);
} catch (error) {
  if (!(error instanceof HeadwayError)) throw error;
  console.error(`${error.reason}: ${error.message}; try again in ${error.retryAfterMs ?? "?"} ms`);
}

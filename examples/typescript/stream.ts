// Shows the place in the queue while it waits, then the text as it is written.
import { Headway, user } from "../../clients/typescript/src/index.ts";

using headway = new Headway();

const request = { model: process.argv[2] ?? "echo/echo", messages: [user("Tell me a story of two trains.")] };
for await (const event of headway.stream(request, { timeoutMs: 60_000 })) {
  switch (event.case) {
    case "queued":
      console.log(`number ${event.value.position} for ${event.value.model}`);
      break;
    case "attemptStarted":
      console.log(`calling ${event.value.model}`);
      break;
    case "delta":
      process.stdout.write(event.value.text);
      break;
    case "done":
      console.log(`\n${event.value.usage?.outputTokens} tokens`);
  }
}

import { expect, test } from "vitest";
import { killSpenders } from "../support/money/kill-spenders.ts";

// A few times here; `npm run test:soak` kills 20 times.
test("200 callers spend at most their $1 through Complete, though Headway is killed among them", async () => {
  const { answered } = await killSpenders("complete", 1);
  expect(answered).toBeGreaterThan(0);
});

test("200 callers spend at most their $1 in slots, though Headway is killed again and again", async () => {
  const { answered } = await killSpenders("slots", 2);
  expect(answered).toBeGreaterThan(0);
});

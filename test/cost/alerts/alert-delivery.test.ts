import { expect, test } from "vitest";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { Secret } from "../../../src/core/secret.ts";
import type { Alert } from "../../../src/cost/alerts/alert.ts";
import { AlertDelivery } from "../../../src/cost/alerts/alert-delivery.ts";

const alert = (id: string): Alert => ({
  id,
  wallMs: 0,
  kind: "provider_down",
  key: id,
  message: "openai is down",
  value: 0,
  threshold: 0,
  budget: undefined,
  provider: "openai",
});

async function promiseTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await undefined;
}

test.each([0, 1, 2, 3, 4, 5])("sends what comes %i promise turns after the last was taken", async (turns) => {
  const posted: string[] = [];
  let isSecondDone = false;
  const delivery = new AlertDelivery({
    webhook: { url: new Secret("http://127.0.0.1/"), secret: new Secret("a secret"), format: "json" },
    post: async (_, { headers }) => void posted.push(headers["webhook-id"]!),
    clock: new ManualClock(),
    random: seededRandom(1),
    onDone: async ({ id }) => {
      isSecondDone = id === "second";
      if (isSecondDone) return;
      await promiseTurns(turns);
      delivery.send(alert("second"));
    },
  });
  delivery.send(alert("first"));
  await promiseTurns(100);
  expect(posted).toEqual(["first", "second"]);
  expect(isSecondDone).toBe(true);
});

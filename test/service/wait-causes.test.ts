import { durationMs } from "@bufbuild/protobuf/wkt";
import { expect, it, onTestFinished, vi } from "vitest";
import { SlotOutcome } from "../../gen/es/headway/v1/slots_pb.js";
import { WaitCause } from "../../gen/es/headway/v1/wait_pb.js";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

interface Case {
  readonly cause: keyof typeof WaitCause;
  readonly limits: string;
  readonly spacing?: string;
  /** Brings the model so far that the next has to wait. */
  readonly use: (headway: Headway, clock: ManualClock) => Promise<unknown>;
  readonly waitedMs: number;
  readonly others?: readonly (keyof typeof WaitCause)[];
}

const take = (headway: Headway, totalTokens: bigint) =>
  headway.grpc.acquireSlot({ models: ["own/a"], totalTokens });

const CASES: readonly Case[] = [
  {
    cause: "REQUESTS_WINDOW",
    limits: "[{metric: requests, window: 10s, amount: 3}]",
    use: (headway) => take(headway, 10n),
    waitedMs: 11 * SECOND_MS,
  },
  {
    cause: "TOKENS_WINDOW",
    limits: "[{metric: tokens, window: 20s, amount: 102}]",
    use: (headway) => take(headway, 95n),
    waitedMs: 21 * SECOND_MS,
  },
  {
    cause: "DAILY_WINDOW",
    limits: "[{metric: requests, window: 1d, amount: 3}]",
    async use(headway, clock) {
      await take(headway, 10n);
      clock.advance(DAY_MS / 2);
    },
    waitedMs: DAY_MS / 2 + SECOND_MS,
  },
  {
    cause: "SPACING",
    limits: "{rpm: 60}",
    spacing: "even",
    use: (headway) => take(headway, 10n),
    waitedMs: SECOND_MS,
  },
  {
    cause: "CONCURRENCY",
    limits: "{concurrent: 3}",
    use: (headway) =>
      headway.grpc.acquireSlot({ models: ["own/a"], totalTokens: 10n, leaseDuration: { seconds: 40n } }),
    waitedMs: 40 * SECOND_MS,
  },
  {
    cause: "PROVIDER_HOLD",
    limits: "{rpm: 600}",
    async use(headway) {
      const { slotId } = await take(headway, 10n);
      const retryAfter = { seconds: 30n };
      await headway.grpc.settleSlot({ slotId, outcome: SlotOutcome.RATE_LIMITED, retryAfter });
    },
    waitedMs: 30 * SECOND_MS,
  },
  {
    cause: "QUEUE",
    limits: "[{metric: tokens, window: 20s, amount: 102}]",
    async use(headway) {
      await take(headway, 95n);
      void take(headway, 100n).catch(() => {});
      await vi.waitFor(async () => expect((await headway.load()).waiting).toBe(1));
    },
    waitedMs: 42 * SECOND_MS,
    others: ["TOKENS_WINDOW"],
  },
];

it.each(CASES)("who waited is told that it was for $cause", async ({ cause, others = [], ...one }) => {
  const clock = new ManualClock();
  const headway = await startHeadway({
    config: `
scheduler: {guard: 1s, spacing: ${one.spacing ?? "none"}, max_wait: 1d}
providers: {own: {type: echo, models: {a: {limits: ${one.limits}}}}}
`,
    clock,
  });
  onTestFinished(() => headway.close());
  await one.use(headway, clock);
  const { waiting: before } = await headway.load();
  const granted = take(headway, 10n);
  await vi.waitFor(async () => expect((await headway.load()).waiting).toBe(before + 1));
  clock.advance(one.waitedMs - 1);
  expect((await headway.load()).waiting).toBe(1);
  clock.advance(1);
  const { waited, waitCauses } = await granted;
  expect(durationMs(waited!)).toBe(one.waitedMs);
  expect(waitCauses).toEqual([...others, cause].map((name) => WaitCause[name]));
});

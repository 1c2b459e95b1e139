// What the last day has used and cost, model by model, and what is left now.
import { Headway, Timeframe } from "../../clients/typescript/src/index.ts";

using headway = new Headway();

const { groups, pools } = await headway.usage({ timeframe: Timeframe.DAY, groupBy: ["model"] });
for (const { key, totals } of groups) {
  const dollars = Number(totals?.cost?.totalNanoUsd ?? 0n) / 1e9;
  console.log(
    `${key.model}: ${totals?.requests} requests, ${totals?.usage?.totalTokens ?? 0} tokens, $${dollars}`,
  );
}
for (const pool of pools.filter(({ limits }) => limits.some(({ used, reserved }) => used + reserved > 0n))) {
  for (const limit of pool.limits) {
    const window = `${limit.window?.seconds ?? "?"} s`;
    console.log(
      `${pool.name}: ${limit.remaining} of ${limit.cap} left in ${window}, ${pool.queueLength} waiting`,
    );
  }
}

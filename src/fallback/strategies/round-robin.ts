import { byModel } from "./compare.ts";
import type { CandidateOrder } from "./strategy.ts";

/** `round_robin`: the models take turns at being first, and the others follow in the order of the circle. */
export const roundRobin: CandidateOrder = {
  arrange(candidates, { turn }) {
    const models = byModel(candidates);
    const first = models.length === 0 ? 0 : turn % models.length;
    return [...models.slice(first), ...models.slice(0, first)].flat();
  },
  precedes: () => false,
  explain: () => "by turn",
};

import type { Selection } from "../fallback/selection/select-models.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * What usage and budgets of a request are labelled with: the caller's tags, and for each arm of an experiment the label
 * `experiment.NAME`, which wins over a tag of that name.
 */
export function labelled(tags: Labels, arms: Selection["arms"]): Labels {
  if (arms.length === 0) return tags;
  return {
    ...tags,
    ...Object.fromEntries(arms.map(({ experiment, arm }) => [`experiment.${experiment}`, arm])),
  };
}

import { matchesModel } from "../../core/model-pattern.ts";
import type { UsageDimension, UsageQuery } from "./usage-query.ts";

/** What rows have in common that are added up together. */
export interface Series {
  readonly tenant: string;
  readonly provider: string;
  /** `provider/model`. */
  readonly model: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Tags as one text, the same for the same tags in any order. */
export function tagsText(tags: Readonly<Record<string, string>>): string {
  const names = Object.keys(tags);
  if (names.length === 0) return "{}";
  if (names.length > 1) names.sort();
  return JSON.stringify(tags, names);
}

/** A series as one text. */
export function seriesText({ tenant, provider, model, tags }: Series): string {
  return `${tenant}\n${provider}\n${model}\n${tagsText(tags)}`;
}

/** Whether a query looks at tags at all. */
export function usesTags(groupBy: readonly UsageDimension[]): boolean {
  return groupBy.some((dimension) => dimension === "tag" || dimension.startsWith("tag:"));
}

/** Says of a series whether a query asks for it. */
export function seriesFilter({
  models,
  tenant,
}: Pick<UsageQuery, "models" | "tenant">): (series: Pick<Series, "model" | "tenant">) => boolean {
  return (series) =>
    (tenant === undefined || series.tenant === tenant) &&
    (models.length === 0 || models.some((pattern) => matchesModel(pattern, series.model)));
}

/** A count from a provider's answer: undefined unless it is a whole number of at least 0. */
export function tokenCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** The sum of counts of which some are unknown; undefined when all are. */
export function sumCounts(...values: readonly unknown[]): number | undefined {
  const known = values.map(tokenCount).filter((count) => count !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0);
}

/** `usage` without its undefined members, so that unknown counts are absent. */
export function definedCounts<Usage extends object>(
  usage: { [K in keyof Usage]: Usage[K] | undefined },
): Usage {
  const defined: Partial<Usage> = {};
  for (const name in usage) if (usage[name] !== undefined) defined[name] = usage[name];
  return defined as Usage;
}

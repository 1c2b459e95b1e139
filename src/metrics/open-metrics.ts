const COUNTER_TOTAL = /^(# (?:HELP|TYPE) \S+)_total /;

/**
 * Turns Prometheus text into OpenMetrics. For what is written here they differ in three things: OpenMetrics names a
 * counter without the `_total` of its samples, has no empty lines, and ends with a mark.
 */
export function toOpenMetrics(text: string): string {
  const lines = text.split("\n").filter((line) => line !== "");
  return [...lines.map((line) => line.replace(COUNTER_TOTAL, "$1 ")), "# EOF", ""].join("\n");
}

/**
 * Whether a model's id fits a pattern in which `*` stands for any text, also an empty one and one with slashes. One pass,
 * however many stars there are.
 */
export function matchesModel(pattern: string, modelId: string): boolean {
  const parts = pattern.split("*");
  const first = parts[0]!;
  if (parts.length === 1) return modelId === first;
  const last = parts[parts.length - 1]!;
  if (!modelId.startsWith(first)) return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = modelId.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return modelId.length - last.length >= from && modelId.endsWith(last);
}

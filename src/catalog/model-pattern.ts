/** Whether a model's id fits a pattern in which `*` stands for any text, also an empty one and one with slashes. */
export function matchesModel(pattern: string, modelId: string): boolean {
  const escaped = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`, "s").test(modelId);
}

/**
 * A configuration with a {@link PaidProvider} that has the models `own/a`, and `own/b` and `own/c` at a half and a
 * quarter of its price: one token of an answer of `own/a` costs 0.0002 dollars, and input is free.
 */
export function paidConfig(baseUrl: string, budgets: string, lines: readonly string[] = []): string {
  const model = (name: string, price: number) =>
    `      ${name}: {upstream_model: ${name}, context_window: 8192, max_output_tokens: 512, ` +
    `price: {input_per_million_usd: 0, output_per_million_usd: ${price}}}`;
  return [
    "scheduler: {spacing: none}",
    "providers:",
    `  own: {type: openai_compatible, api_key: none, base_url: "${baseUrl}", limits: {rpm: 1000000},`,
    "    models: {",
    `${[model("a", 200), model("b", 100), model("c", 50)].join(",\n")}}}`,
    `budgets: ${budgets}`,
    ...lines,
  ].join("\n");
}

/** A configuration with the models `own/a` and `own/b`, for slots only, whose limits come in YAML. */
export function slotConfig(options: {
  /** As `{rpm: 60}`. Of each model. */
  readonly limits: string;
  /** Further sections, as `admin_token: secret`. */
  readonly sections?: readonly string[];
}): string {
  const model = (name: string) =>
    `      ${name}: {upstream_model: ${name}, context_window: 8192, max_output_tokens: 512, limits: ${options.limits}}`;
  return [
    "providers:",
    "  own:",
    "    type: openai_compatible",
    "    base_url: http://127.0.0.1:9/v1",
    "    api_key: none",
    "    models:",
    model("a"),
    model("b"),
    ...(options.sections ?? []),
  ].join("\n");
}

/** The key that every provider is given; it must never be seen again. */
export const UPSTREAM_KEY = "sk-test-0123456789abcdef";

/** Models by the provider whose wire they speak. */
export const UPSTREAM_MODELS = {
  openai: "openai/gpt-4o-mini",
  anthropic: "anthropic/claude-haiku-4-5",
  gemini: "gemini/gemini-2.5-flash",
  ollama: "ollama/llama3.2",
} as const;

/** Settings of each provider, as lines of YAML without indentation. */
export interface UpstreamSettings {
  /** Default: each of the four at `url`. */
  readonly urls?: Partial<Readonly<Record<keyof typeof UPSTREAM_MODELS, string>>>;
  /** Further keys of every provider, as `max_retries: 0`. */
  readonly each?: readonly string[];
  /** Further sections, as `routing: {max_attempts: 1}`. */
  readonly sections?: readonly string[];
}

const BASE_PATHS = { openai: "/v1", anthropic: "", gemini: "", ollama: "" } as const;

/** A configuration with four providers, all at `url` unless told otherwise, that nothing slows down. */
export function upstreamConfig(url: string, settings: UpstreamSettings = {}): string {
  const { urls = {}, each = [], sections = [] } = settings;
  const names = Object.keys(BASE_PATHS) as (keyof typeof BASE_PATHS)[];
  const keys = ["retry_delay: 1ms", "limits: {rpm: 1000000, tpm: 1000000000, rpd: -1}", ...each];
  return [
    "tier: paid",
    "scheduler: {spacing: none}",
    "providers:",
    ...names.flatMap((name) => [
      `  ${name}:`,
      `    base_url: ${urls[name] ?? url}${BASE_PATHS[name]}`,
      ...(name === "ollama" ? [] : [`    api_key: ${UPSTREAM_KEY}`]),
      ...keys.map((line) => `    ${line}`),
    ]),
    ...sections,
  ].join("\n");
}

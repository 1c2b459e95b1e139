import { upstreamConfig } from "../../support/service/upstream-config.ts";

/** Its provider has no credentials. */
export const KEYLESS = "keyless/one";
/** Its provider never answers. */
export const SLOW = "slow/one";
/** Has the usual limits of a large account. */
export const WIDE = "openai/gpt-4o-mini";

const MODEL_COUNT = 200;

/** Names models that nobody used before: one call in 30 seconds (29 and the guard of one), 1,000 tokens a minute. */
export function tightModels(): () => string {
  let used = 0;
  return () => {
    if (used === MODEL_COUNT) throw new Error("there are more tests than models");
    return `tight/m${used++}`;
  };
}

/** Every provider at `url` except the slow one, and models by which each reason can be provoked. */
export function contractConfig(url: string, slowUrl: string): string {
  const models = Array.from({ length: MODEL_COUNT }, (_, index) => TIGHT.replaceAll("NAME", `m${index}`));
  return `${upstreamConfig(url, { each: ["max_retries: 0"] })}
  tight:
    type: openai_compatible
    base_url: ${url}/v1
    api_key: none
    models:
${models.join("\n")}
  slow:
    type: openai_compatible
    base_url: ${slowUrl}/v1
    api_key: none
    models:
      one: {upstream_model: slow-one}
  keyless:
    type: openai
    base_url: ${url}/v1
    models:
      one: {upstream_model: keyless-one}
`;
}

const TIGHT = `      NAME:
        upstream_model: NAME
        limits:
          - {metric: requests, window: 29s, amount: 3}
          - {metric: tokens, window: 60s, amount: 1002}
        price: {input_per_million_usd: 1, output_per_million_usd: 1}`;

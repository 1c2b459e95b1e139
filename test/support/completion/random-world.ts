import type { CompleteCommand } from "../../../src/completion/complete-request.ts";
import { STRATEGIES } from "../../../src/config/schema/routing-schema.ts";
import type { AttemptErrorReason } from "../../../src/core/attempt-error.ts";
import { seededRandom } from "../../../src/core/random.ts";
import type { Line } from "./scripted-provider.ts";

/** One model of a world, with its only deployment. */
export interface WorldModel {
  readonly id: string;
  readonly provider: string;
  /** Undefined: unlimited. */
  readonly rpm: number | undefined;
  readonly concurrent: number | undefined;
  readonly contextTokens: number;
  /** In US dollars per million tokens, of input and of output; undefined: not known. */
  readonly price: number | undefined;
  /** What its calls come to, over and over. */
  readonly lines: readonly Line[];
}

/** One request of a world. */
export interface WorldRequest {
  readonly atMs: number;
  readonly command: CompleteCommand;
  readonly deadlineMs: number | undefined;
  readonly isStreamed: boolean;
  readonly isLarge: boolean;
}

/** Models, settings and traffic. */
export interface World {
  readonly models: readonly WorldModel[];
  readonly maxRetries: number;
  readonly timeoutMs: number;
  /** Undefined: none. */
  readonly dailyBudgetUsd: number | undefined;
  readonly requests: readonly WorldRequest[];
}

const FAILURES: readonly AttemptErrorReason[] = [
  "CONNECTION",
  "TIMEOUT",
  "OVERLOADED",
  "SERVER_ERROR",
  "RATE_LIMITED",
  "AUTHENTICATION",
  "QUOTA_EXCEEDED",
  "MODEL_NOT_FOUND",
  "CONTEXT_TOO_LONG",
  "VALIDATION",
  "CONTENT_FILTERED",
  "UNKNOWN",
];
/** Tokens of context that hold a small request, and not a large one. */
export const SMALL_CONTEXT = 300;

/** Now and then one takes longer than it usually does. */
function answersMostlyIn(afterMs: number): Line[] {
  const usual = { kind: "answer", afterMs } as const;
  return [...new Array<Line>(12).fill(usual), { kind: "answer", afterMs: afterMs + 400 }];
}

/** The same seed makes the same world. */
export function randomWorld(seed: number): World {
  const random = seededRandom(seed);
  const below = (count: number): number => Math.floor(random.next() * count);
  const chance = (part: number): boolean => random.next() < part;
  const pick = <Value>(values: readonly Value[]): Value => values[below(values.length)]!;

  const line = (): Line => {
    const afterMs = pick([0, 20, 300, 2_000]);
    if (chance(0.4)) return { kind: "answer", afterMs };
    if (chance(0.15)) return { kind: "hang" };
    return chance(0.1) ? { kind: "cut", afterMs } : { kind: "fail", afterMs, reason: pick(FAILURES) };
  };
  const models = Array.from({ length: 1 + below(4) }, (_, index): WorldModel => {
    const provider = `p${below(3)}`;
    const isSound = chance(0.35);
    return {
      id: `${provider}/m${index}`,
      provider,
      rpm: chance(0.3) ? 1 + below(5) : undefined,
      concurrent: chance(0.3) ? 1 + below(2) : undefined,
      contextTokens: chance(0.3) ? SMALL_CONTEXT : 100_000,
      price: pick([0, 1, 1_000, undefined]),
      lines: isSound ? answersMostlyIn(pick([0, 50, 500])) : Array.from({ length: 1 + below(4) }, line),
    };
  });
  const streams = chance(0.5);
  const request = (index: number): WorldRequest => {
    const isLarge = chance(0.2);
    const text = `request ${index} ${isLarge ? "words ".repeat(600) : ""}`;
    return {
      atMs: pick([0, 0, below(200_000)]),
      deadlineMs: chance(0.5) ? pick([50, 1_000, 5_000, 60_000]) : undefined,
      isStreamed: chance(0.9) === streams,
      isLarge,
      command: {
        request: {
          messages: [{ role: "user", parts: [{ kind: "text", text }] }],
          tools: [],
          stopSequences: [],
          maxOutputTokens: 50,
        },
        model: models[0]!.id,
        fallbackModels: models.slice(1).map(({ id }) => id),
        strategy: pick(STRATEGIES),
        contextStrategy: undefined,
        maxAttemptCount: pick([1, 2, 3, 6, 10]),
        maxWaitMs: pick([0, 1_000, 60_000]),
        priority: "normal",
        taskType: undefined,
        quality: undefined,
        maxCostNanoUsd: chance(0.2) ? pick([0n, 200_000n, 10_000_000_000n]) : undefined,
        preset: undefined,
        tags: {},
        requestId: `request-${index}`,
        cacheMode: "bypass",
        hedge: chance(0.5),
        providerOptions: {},
      },
    };
  };
  return {
    models,
    maxRetries: below(3),
    timeoutMs: pick([1_000, 5_000]),
    dailyBudgetUsd: chance(0.25) ? pick([0, 0.01, 1]) : undefined,
    requests: Array.from({ length: 1 + below(40) }, (_, index) => request(index)),
  };
}

/** The configuration of a world. */
export function configOf({ dailyBudgetUsd, maxRetries, models, timeoutMs }: World): string {
  const providers = Map.groupBy(models, ({ provider }) => provider);
  const modelLine = (model: WorldModel): string => {
    const limits = [
      ...(model.rpm === undefined ? [] : [`rpm: ${model.rpm}`]),
      ...(model.concurrent === undefined ? [] : [`concurrent: ${model.concurrent}`]),
    ];
    const price =
      model.price === undefined
        ? ""
        : `, price: {input_per_million_usd: ${model.price}, output_per_million_usd: ${model.price}}`;
    const name = model.id.slice(model.id.indexOf("/") + 1);
    return `      ${name}: {context_window: ${model.contextTokens}, limits: {${limits.join(", ")}}${price}}`;
  };
  return [
    "scheduler: {spacing: none, safety_margin: 0}",
    dailyBudgetUsd === undefined ? "" : `budgets: {daily_usd: ${dailyBudgetUsd}}`,
    "providers:",
    ...[...providers].flatMap(([name, own]) => [
      `  ${name}:`,
      "    type: openai_compatible",
      "    base_url: http://127.0.0.1:9/v1",
      "    api_key: none",
      `    timeout: ${timeoutMs}ms`,
      `    first_token_timeout: ${timeoutMs}ms`,
      `    max_retries: ${maxRetries}`,
      "    retry_delay: 100ms",
      "    models:",
      ...own.map(modelLine),
    ]),
  ].join("\n");
}

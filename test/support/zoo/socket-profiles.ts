import type { Counting, MeterKind, ProviderLimit } from "../scheduling/provider-zoo.ts";

/** A provider behind a socket that conforms to what is declared. */
export interface SocketProfile {
  readonly name: string;
  readonly kind: MeterKind;
  readonly counting: Counting;
  readonly limits: readonly ProviderLimit[];
  /** What the Headway is set to that calls it. */
  readonly spacing: Spacing;
  /** About how many calls the tightest limit lets through in {@link WINDOW_MS}. */
  readonly callsPerWindow: number;
}

/** As it is written in the configuration. */
export const SPACINGS = ["even", "{burst: 10}"] as const;
export type Spacing = (typeof SPACINGS)[number];

/** What stands for a minute, and the guard beside it: wide enough for the sockets of a busy machine. */
export const WINDOW_MS = 8_000;
export const GUARD_MS = 1_000;
/** The longest that the providers add to the way of a call. */
export const JITTER_MS = 200;
/** What every call takes of input as the provider counts it, and the bounds of what it may write. */
export const INPUT_TOKENS = 38;
export const LEAST_OUTPUT_TOKENS = 20;
export const MOST_OUTPUT_TOKENS = 60;

const REQUESTS: ProviderLimit = { counts: "requests", windowMs: WINDOW_MS, amount: 48 };
/** Never the tightest: no call takes so much on average. */
const WIDE_TOKENS: ProviderLimit = { counts: "tokens", windowMs: WINDOW_MS, amount: 48 * 150 };
const TOKENS: ProviderLimit = { counts: "tokens", windowMs: WINDOW_MS, amount: 10_000 };
const INPUT: ProviderLimit = { counts: "input", windowMs: WINDOW_MS, amount: 148 * INPUT_TOKENS };
const OUTPUT: ProviderLimit = { counts: "output", windowMs: WINDOW_MS, amount: 148 * 45 };
const SECOND: ProviderLimit = { counts: "requests", windowMs: 1_000, amount: 10 };
const QUARTER: ProviderLimit = { counts: "requests", windowMs: WINDOW_MS / 4, amount: 12 };

const START: Counting = { at: "start", refunds: true };

/** The zoo of the virtual clock, each with even spacing where its name says nothing else. */
export const SOCKET_PROFILES: readonly SocketProfile[] = [
  {
    name: "sliding window of requests",
    kind: "sliding",
    counting: START,
    limits: [REQUESTS],
    spacing: "even",
    callsPerWindow: 46,
  },
  {
    name: "sliding window of tokens",
    kind: "sliding",
    counting: START,
    limits: [TOKENS],
    spacing: "even",
    callsPerWindow: 146,
  },
  {
    name: "fixed minute of random phase",
    kind: "fixed",
    counting: START,
    limits: [REQUESTS, WIDE_TOKENS],
    spacing: "even",
    callsPerWindow: 46,
  },
  {
    name: "token bucket",
    kind: "bucket",
    counting: START,
    limits: [REQUESTS, WIDE_TOKENS],
    spacing: "even",
    callsPerWindow: 46,
  },
  {
    name: "bucket with bursts of ten",
    kind: "bucket",
    counting: START,
    limits: [REQUESTS, WIDE_TOKENS],
    spacing: "{burst: 10}",
    callsPerWindow: 46,
  },
  {
    name: "quantised to a second",
    kind: "sliding",
    counting: START,
    limits: [REQUESTS, SECOND],
    spacing: "even",
    callsPerWindow: 32,
  },
  {
    name: "quantised to a quarter",
    kind: "fixed",
    counting: START,
    limits: [REQUESTS, QUARTER],
    spacing: "even",
    callsPerWindow: 40,
  },
  {
    name: "tokens counted at the end",
    kind: "sliding",
    counting: { at: "end", refunds: true },
    limits: [TOKENS],
    spacing: "even",
    callsPerWindow: 146,
  },
  {
    name: "input at the start, output at the end",
    kind: "sliding",
    counting: { at: "split", refunds: true },
    limits: [INPUT, OUTPUT],
    spacing: "even",
    callsPerWindow: 146,
  },
  {
    name: "no refund",
    kind: "fixed",
    counting: { at: "start", refunds: false },
    limits: [REQUESTS, WIDE_TOKENS],
    spacing: "even",
    callsPerWindow: 46,
  },
];

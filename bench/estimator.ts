import type { ChatRequest } from "../src/core/chat.ts";
import { seededRandom } from "../src/core/random.ts";
import { loadEncodings, TokenEstimator } from "../src/cost/tokens/token-estimator.ts";

const MB = 1024 * 1024;
const prose =
  "The signal at the junction showed green, and the 7:42 from Hollow Bridge left four minutes late because a " +
  "passenger had held the doors. Nobody on the platform seemed to mind; the rain, after all, had stopped.\n";
const json = (index: number) =>
  `{"id":${index},"name":"user ${index}","tags":["a","b"],"score":${index / 7}},`;

/** Texts from a number, so that no two calls have the same one. */
const texts: readonly { text: string; allowedMs: number; rounds: number; make: (seed: number) => string }[] =
  [
    {
      text: "short prompt",
      allowedMs: 0.2,
      rounds: 2_000,
      make: (seed) => `${seed}: ${prose.slice(0, 110)}`,
    },
    {
      text: "2 KB of prose",
      allowedMs: 0.2,
      rounds: 1_000,
      make: (seed) => `${seed} ${prose.repeat(10)}`.slice(0, 2_048),
    },
    {
      text: "8 KB of prose",
      allowedMs: 5,
      rounds: 300,
      make: (seed) => `${seed} ${prose.repeat(40)}`.slice(0, 8_192),
    },
    {
      text: "10 MB of prose",
      allowedMs: 5,
      rounds: 10,
      make: (seed) => `${seed} ${prose.repeat((10 * MB) / prose.length)}`,
    },
    { text: "20,000 times a", allowedMs: 5, rounds: 50, make: (seed) => `${seed}${"a".repeat(20_000)}` },
    { text: "8,000 times a", allowedMs: 5, rounds: 50, make: (seed) => `${seed}${"a".repeat(8_000)}` },
    {
      text: "8,000 random unicode",
      allowedMs: 5,
      rounds: 50,
      make: (seed) => randomText(seed, 8_000, 32, 0xd7ff),
    },
    {
      text: "8,000 Chinese",
      allowedMs: 5,
      rounds: 50,
      make: (seed) => randomText(seed, 8_000, 0x4e00, 0x9fff),
    },
    {
      text: "1 M Chinese",
      allowedMs: 5,
      rounds: 20,
      make: (seed) => randomText(seed, 100_000, 0x4e00, 0x9fff).repeat(10),
    },
    {
      text: "1 MB of base64",
      allowedMs: 5,
      rounds: 20,
      make: (seed) =>
        Buffer.from(randomText(seed, 375_000, 0, 255), "latin1")
          .toString("base64")
          .repeat(2),
    },
    {
      text: "1 MB of JSON",
      allowedMs: 5,
      rounds: 20,
      make: (seed) => Array.from({ length: 20_000 }, (_, index) => json(seed + index)).join(""),
    },
  ];

/** How long an estimate takes, by kind of text: the event loop is blocked that long. */
export async function benchEstimator(print: (line: string) => void): Promise<void> {
  const estimator = new TokenEstimator({ encodings: await loadEncodings(), random: seededRandom(1) });
  const model = { id: "openai/gpt-4o-mini", upstreamModel: "gpt-4o-mini" };
  const key = { tenant: "default", taskType: "" };
  for (const { text, allowedMs, rounds, make } of texts) {
    const times: number[] = [];
    let chars = 0;
    for (let round = 0; round < rounds; round++) {
      const request = requestOf(make(round));
      chars = request.chars;
      const startMs = performance.now();
      estimator.estimate(request, model, key);
      times.push(performance.now() - startMs);
    }
    times.sort((left, right) => left - right);
    const [medianMs, worstMs] = [times[rounds >> 1]!, times.at(-1)!].map((ms) => ms.toFixed(3));
    print(
      `  ${text} (${chars} characters): median ${medianMs} ms, worst ${worstMs} ms (target ${allowedMs} ms)`,
    );
  }
}

/** Through bytes and back, as a text arrives over the wire: flat, and never seen before by the engine's caches. */
function requestOf(text: string): ChatRequest & { readonly chars: number } {
  const received = Buffer.from(text).toString("utf8");
  return {
    messages: [{ role: "user", parts: [{ kind: "text", text: received }] }],
    tools: [],
    stopSequences: [],
    chars: received.length,
  };
}

function randomText(seed: number, length: number, first: number, last: number): string {
  const random = seededRandom(seed);
  const unit = () => String.fromCharCode(first + Math.floor(random.next() * (last - first + 1)));
  return Array.from({ length }, unit).join("");
}

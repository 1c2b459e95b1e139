import { Secret } from "../../core/secret.ts";
import { DURATION_PATTERN, formatDuration, parseDurationMs } from "../duration.ts";
import { parseNanoUsd } from "../money.ts";
import { nearestNames } from "../nearest-names.ts";
import { type Kind, orSubstitution } from "./kind.ts";

const MAX_USD = 1_000_000_000n;

/** A whole number; as text too, since `${…}` and the environment give text. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Kind<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} upwards` : `from ${min} to ${max}`;
  return {
    read(value) {
      const number = toNumber(value);
      if (number === undefined || !Number.isSafeInteger(number)) {
        return { problem: `is not a whole number; write one ${range}` };
      }
      return number < min || number > max
        ? { problem: `is out of range; write a number ${range}` }
        : { value: number };
    },
    json: orSubstitution({
      type: "integer",
      minimum: min,
      ...(max === Number.MAX_SAFE_INTEGER ? {} : { maximum: max }),
    }),
  };
}

/** A number that may have decimals. */
export function decimal(min: number, max: number): Kind<number> {
  return {
    read(value) {
      const number = toNumber(value);
      const problem = `is not a number from ${min} to ${max}`;
      return number === undefined || number < min || number > max ? { problem } : { value: number };
    },
    json: orSubstitution({ type: "number", minimum: min, maximum: max }),
  };
}

/** True or false; from text also 1, 0, yes, no, on, off. */
export const boolean: Kind<boolean> = {
  read(value) {
    const word = String(value).trim().toLowerCase();
    if (["true", "1", "yes", "on"].includes(word)) return { value: true };
    if (["false", "0", "no", "off"].includes(word)) return { value: false };
    return { problem: "is neither true nor false" };
  },
  json: orSubstitution({ type: "boolean" }),
};

/** Text that is not empty, of a given form. */
export function text(form?: { readonly pattern: RegExp; readonly meaning: string }): Kind<string> {
  return {
    read(value) {
      if (typeof value !== "string" && typeof value !== "number") return { problem: "is not text" };
      const trimmed = String(value).trim();
      if (trimmed === "") return { problem: "is empty; set it or leave the key out" };
      if (form !== undefined && !form.pattern.test(trimmed)) return { problem: `is not ${form.meaning}` };
      return { value: trimmed };
    },
    json:
      form === undefined
        ? { type: "string" }
        : orSubstitution({ type: "string", pattern: form.pattern.source }),
  };
}

/** One word of a list, in any letter case. */
export function choice<const T extends string>(...words: readonly T[]): Kind<T> {
  return {
    read(value) {
      const given = String(value).trim().toLowerCase();
      const word = words.find((candidate) => candidate === given);
      if (word !== undefined) return { value: word };
      const near = nearestNames(given, words, 1)[0];
      const question = near === undefined ? "" : `; did you mean ${near}?`;
      return { problem: `is not one of ${words.join(", ")}${question}` };
    },
    json: orSubstitution({ enum: words }),
  };
}

/** A duration as milliseconds, from `minMs` to `maxMs`. */
export function duration(minMs: number, maxMs: number): Kind<number> {
  return {
    read(value) {
      const milliseconds = typeof value === "string" ? parseDurationMs(value) : undefined;
      if (milliseconds === undefined) {
        return { problem: "is not a duration; write a number with a unit: 500ms, 30s, 5m, 2h or 1d" };
      }
      if (milliseconds < minMs || milliseconds > maxMs) {
        return {
          problem: `is out of range; write from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`,
        };
      }
      return { value: milliseconds };
    },
    json: orSubstitution({ type: "string", pattern: DURATION_PATTERN }),
  };
}

/** An amount of US dollars as nano-dollars, exact. */
export const usd: Kind<bigint> = {
  read(value) {
    const amount = typeof value === "number" || typeof value === "string" ? parseNanoUsd(value) : undefined;
    if (amount === undefined) {
      return {
        problem: "is not an amount in US dollars; write a decimal such as 0.15, with at most 9 decimals",
      };
    }
    if (amount > MAX_USD * 1_000_000_000n) return { problem: `is more than ${MAX_USD} dollars` };
    return { value: amount };
  },
  json: { anyOf: [{ type: "number", minimum: 0 }, { type: "string" }] },
};

/** A key or token: one word. */
export const secret = hiddenText(
  /^[\x21-\x7e]+$/,
  "has characters that no key has; it is one word of plain letters",
);

/** The value of an HTTP header, which may be a key: `Bearer abc`. */
export const headerValue = hiddenText(/^[\x20-\x7e]+$/, "has characters that no header can carry");

/** Text that no message shows. */
function hiddenText(pattern: RegExp, misfit: string): Kind<Secret> {
  return {
    read(value) {
      // A number has already lost its leading zeros and its last digits.
      if (typeof value !== "string") return { problem: "is not text; put it in quotes", hidden: true };
      const trimmed = value.trim();
      if (trimmed === "") return { problem: "is empty; set it or leave the key out", hidden: true };
      return pattern.test(trimmed) ? { value: new Secret(trimmed) } : { problem: misfit, hidden: true };
    },
    json: { type: "string" },
  };
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || !/^[+-]?\d[\d_]*(\.\d+)?$/.test(value.trim())) return undefined;
  return Number(value.trim().replaceAll("_", ""));
}

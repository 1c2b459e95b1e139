import type { Duration } from "@bufbuild/protobuf/wkt";
import { durationToMs } from "./convert-time.ts";
import type { Violations } from "./violations.ts";

/** Above any context and any limit there is, and small enough that sums of tokens stay exact. */
export const MAX_TOKENS = 1_000_000_000_000;

const MAX_TAGS = 32;
const MAX_TAG_KEY_LENGTH = 64;
const MAX_TAG_VALUE_LENGTH = 256;
/** Longer than any model's name; keeps the search for similar names short. */
const MAX_MODEL_NAME_LENGTH = 256;
const MAX_MODELS = 100;
const MAX_REQUEST_ID_LENGTH = 128;

/** A count of tokens of at least `min`. Undefined: unset, or wrong. */
export function readTokens(
  violations: Violations,
  field: string,
  value: bigint | undefined,
  min = 0,
): number | undefined {
  if (value === undefined) return undefined;
  const tokens = Number(value);
  if (tokens >= min && tokens <= MAX_TOKENS) return tokens;
  violations.add(field, `must be ${min} or more, and at most ${MAX_TOKENS}`);
  return undefined;
}

/** A duration in milliseconds: 0 or more, or with `positive` above 0. Undefined: unset, or wrong. */
export function readDuration(
  violations: Violations,
  field: string,
  value: Duration | undefined,
  options?: { readonly positive: boolean },
): number | undefined {
  if (value === undefined) return undefined;
  const durationMs = durationToMs(value);
  if (durationMs === undefined) violations.add(field, "is not a valid duration");
  else if (options?.positive === true && durationMs <= 0) violations.add(field, "must be above 0");
  else if (durationMs < 0) violations.add(field, "must be 0 or more");
  else return durationMs;
  return undefined;
}

/**
 * The word for the number of an enum. Undefined: the number is zero, which means the default, or unknown, which is
 * a violation.
 */
export function readEnum<T>(
  violations: Violations,
  field: string,
  value: number,
  words: Readonly<Record<number, T>>,
): T | undefined {
  if (value === 0) return undefined;
  const word = words[value];
  if (word === undefined) violations.add(field, "has a value that this version does not know");
  return word;
}

/** The caller's labels, which are handed on as they are. */
export function readTags(
  violations: Violations,
  tags: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  let count = 0;
  for (const key in tags) {
    count++;
    // Beyond the limit nothing more is looked at: there may be a million of them.
    if (count > MAX_TAGS) break;
    if (key === "" || isLonger(key, MAX_TAG_KEY_LENGTH)) {
      violations.add(tagField(key), `must have a key of 1 to ${MAX_TAG_KEY_LENGTH} characters`);
    }
    if (isLonger(tags[key]!, MAX_TAG_VALUE_LENGTH)) {
      violations.add(tagField(key), `must be at most ${MAX_TAG_VALUE_LENGTH} characters long`);
    }
  }
  if (count > MAX_TAGS) violations.add("tags", `must be at most ${MAX_TAGS}`);
  return tags;
}

function tagField(key: string): string {
  return `tags[${JSON.stringify(key.slice(0, MAX_TAG_KEY_LENGTH))}]`;
}

/** A text of at most `maxLength` characters. Undefined: empty, or too long. */
export function readText(
  violations: Violations,
  field: string,
  value: string,
  maxLength: number,
): string | undefined {
  if (value === "") return undefined;
  if (!isLonger(value, maxLength)) return value;
  violations.add(field, `must be at most ${maxLength} characters long`);
  return undefined;
}

/** The caller's name for the request. Undefined: none, or wrong. */
export function readRequestId(violations: Violations, value: string): string | undefined {
  return readText(violations, "request_id", value, MAX_REQUEST_ID_LENGTH);
}

/** The name of a model; whether it exists is for the catalog to say. Undefined: empty, or too long. */
export function readModel(violations: Violations, field: string, value: string): string | undefined {
  return readText(violations, field, value, MAX_MODEL_NAME_LENGTH);
}

/** Names of models, none of them empty. */
export function readModels(
  violations: Violations,
  field: string,
  values: readonly string[],
): readonly string[] {
  if (values.length > MAX_MODELS) {
    violations.add(field, `must be at most ${MAX_MODELS}`);
    return [];
  }
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (value === "") violations.add(`${field}[${index}]`, "must not be empty");
    else if (value.length > MAX_MODEL_NAME_LENGTH) readModel(violations, `${field}[${index}]`, value);
  }
  return values;
}

/** Whether a text has more characters than `maxLength`, where a pair of surrogates is one character. */
function isLonger(value: string, maxLength: number): boolean {
  if (value.length <= maxLength) return false;
  // More than two units for each character allowed cannot fit, and is not counted.
  return value.length > 2 * maxLength || [...value].length > maxLength;
}

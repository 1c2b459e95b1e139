import type { JsonObject, JsonValue } from "../core/chat.ts";

/**
 * `body` with the caller's provider options laid over it: objects are merged key by key, arrays and all else replace.
 * A key that `body` does not know is added, never dropped; the names in `ours` stay as they are in `body`.
 */
export function mergeOptions<Body extends object>(
  body: Body,
  options: JsonObject,
  ours: readonly (keyof Body & string)[],
): Body {
  const names = Object.keys(options).filter((name) => !(ours as readonly string[]).includes(name));
  if (names.length === 0) return body;
  const base = body as Readonly<Record<string, unknown>>;
  // From entries: a key `__proto__` becomes a property like any other.
  const merged = names.map((name) => [name, mergeValue(own(base, name), options[name]!)] as const);
  return { ...body, ...Object.fromEntries(merged) };
}

function mergeValue(base: unknown, over: JsonValue): unknown {
  if (!isObject(base) || !isObject(over)) return over;
  return mergeOptions(base, over as JsonObject, []);
}

function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

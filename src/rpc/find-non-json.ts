import type { JsonValue } from "../core/chat.ts";

/**
 * The path of the first number that JSON cannot hold (NaN or an infinity, which a `google.protobuf.Struct` can), as
 * `.a[2]`; undefined when there is none. The decoder bounds the depth.
 */
export function findNonJson(value: JsonValue): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "";
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const path = findNonJson(value[index]);
      if (path !== undefined) return `[${index}]${path}`;
    }
    return undefined;
  }
  for (const [key, member] of Object.entries(value)) {
    const path = findNonJson(member);
    if (path !== undefined) return `.${key}${path}`;
  }
  return undefined;
}

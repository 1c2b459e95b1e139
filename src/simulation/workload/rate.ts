import type { Kind } from "../../config/schema/kind.ts";

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PATTERN = /^(\d+(?:\.\d+)?)\/(s|m|h|d)$/;

/** A rate of requests as `2/s`, `120/m`, `5000/h` or `100000/d`, read as requests a millisecond; above 0. */
export const rate: Kind<number> = {
  read(value) {
    const match = typeof value === "string" ? PATTERN.exec(value.trim()) : null;
    if (match === null) return { problem: "is not a rate; write a number with a unit: 2/s, 120/m or 5000/h" };
    const perMs = Number(match[1]) / UNIT_MS[match[2] as keyof typeof UNIT_MS];
    return perMs > 0 ? { value: perMs } : { problem: "is no traffic; write a rate above 0, as 120/m" };
  },
  json: { type: "string", pattern: PATTERN.source },
};

import { create } from "@bufbuild/protobuf";
import { DurationSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { expect, it } from "vitest";
import { durationFromMs, durationToMs, timestampFromWallMs } from "../../src/rpc/convert-time.ts";

it("durations come back as they went, to the nanosecond", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (durationMs) => {
      const duration = durationFromMs(durationMs);
      expect(duration.nanos).toBeGreaterThanOrEqual(0);
      expect(duration.nanos).toBeLessThanOrEqual(999_999_999);
      expect(Math.abs(durationToMs(duration)! - durationMs)).toBeLessThanOrEqual(1e-6 + durationMs * 1e-15);
    }),
  );
});

it("an endless wait is the longest duration", () => {
  expect(durationFromMs(Number.POSITIVE_INFINITY)).toEqual(
    create(DurationSchema, { seconds: 315_576_000_000n }),
  );
});

it("a lease without end ends with the last timestamp", () => {
  expect(timestampFromWallMs(Number.POSITIVE_INFINITY).seconds).toBe(253_402_300_799n);
});

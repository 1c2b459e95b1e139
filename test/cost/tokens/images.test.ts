import { describe, expect, it } from "vitest";
import { readImageSize } from "../../../src/cost/tokens/image-size.ts";
import { ASSUMED_IMAGE_SIZE } from "../../../src/cost/tokens/image-tokens.ts";
import { modelFamily } from "../../../src/cost/tokens/model-family.ts";

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replace(/\s/g, ""), "hex"));
}

/** 800 × 600 in each format. */
const headers: readonly (readonly [string, string])[] = [
  ["PNG", "89504e47 0d0a1a0a 0000000d 49484452 00000320 00000258 0806000000"],
  ["GIF", "47494638 3961 2003 5802 f70000"],
  ["JPEG, baseline", "ffd8 ffe0 0010 4a46494600010100000100010000 ffc0 0011 08 0258 0320 03 012200"],
  [
    "JPEG, progressive after tables and padding",
    "ffd8 ffdb 0004 0000 ffc4 0003 00 ff ffc2 0011 08 0258 0320 03 0122",
  ],
  ["WebP, lossy", "52494646 00000000 57454250 56503820 00000000 000000 9d012a 2003 5802"],
  ["WebP, lossless", "52494646 00000000 57454250 5650384c 00000000 2f 1fc39500 0000000000"],
  ["WebP, extended", "52494646 00000000 57454250 56503858 0a000000 00000000 1f0300 570200"],
];

describe("size of a picture", () => {
  it.each(headers)("is read from %s", (_, hex) => {
    expect(readImageSize(bytesOf(hex))).toEqual({ width: 800, height: 600 });
  });

  it("is read from bytes inside a larger buffer", () => {
    const png = bytesOf(headers[0]![1]);
    const larger = new Uint8Array(png.length + 5);
    larger.set(png, 5);
    expect(readImageSize(larger.subarray(5))).toEqual({ width: 800, height: 600 });
  });

  it.each([
    ["nothing", ""],
    ["text", Buffer.from("this is no picture, whatever it says").toString("hex")],
    ["a PNG without sides", "89504e47 0d0a1a0a 0000000d 49484452 00000000 00000258 0806000000"],
    ["a JPEG without a frame", `ffd8 ${"ffe0 0002 ".repeat(1_000)}`],
    ["a JPEG that loses its way", "ffd8 ffe0 0004 0000 00000000000000000000"],
    ["an unknown WebP", "52494646 00000000 57454250 41424344 0a000000 00000000 1f0300 570200"],
  ])("is unknown for %s", (_, hex) => {
    expect(readImageSize(bytesOf(hex))).toBeUndefined();
  });

  it("never throws on a header that is cut off anywhere", () => {
    for (const [, hex] of headers) {
      const bytes = bytesOf(hex);
      for (let length = 0; length < bytes.length; length++) {
        expect(() => readImageSize(bytes.subarray(0, length))).not.toThrow();
      }
    }
  });
});

describe("tokens of a picture", () => {
  it.each<[string, number, number, number]>([
    // The examples of OpenAI's documentation.
    ["gpt-4o", 1_024, 1_024, 765],
    ["gpt-4o", 2_048, 4_096, 1_105],
    ["gpt-4o", 512, 512, 255],
    ["gpt-4o-mini", 1_024, 1_024, 25_501],
    ["o3", 1_024, 1_024, 675],
    ["gpt-5", 1_024, 1_024, 630],
    ["gpt-4.1-mini", 1_024, 1_024, 1_659],
    ["gpt-4.1-mini", 1_800, 2_400, 2_353],
    ["gpt-4.1-nano", 32, 32, 3],
    // Anthropic: width × height / 750.
    ["claude-sonnet-4-5", 1_000, 1_000, 1_334],
    ["claude-sonnet-4-5", 200, 200, 54],
    ["claude-sonnet-4-5", 4_000, 3_000, 1_600],
    ["claude-opus-4-7", 1_500, 2_000, 4_000],
    ["claude-opus-4-7", 8_000, 8_000, 4_784],
    // Gemini.
    ["gemini-2.5-flash", 384, 384, 258],
    ["gemini-2.5-flash", 960, 540, 6 * 258],
    ["gemini-2.5-flash", 3_072, 2_304, 12 * 258],
    ["gemini-3-flash-preview", 4_000, 3_000, 1_120],
  ])("of %s at %i × %i", (model, width, height, tokens) => {
    expect(modelFamily(model).image({ width, height })).toBe(tokens);
  });

  it("are finite and above 0 for any shape", () => {
    for (const model of [
      "gpt-4o",
      "gpt-4.1-mini",
      "claude-opus-5",
      "gemini-2.5-pro",
      "gemini-3-pro",
      "llava",
    ]) {
      for (const size of [ASSUMED_IMAGE_SIZE, { width: 1, height: 1 }, { width: 4_294_967_295, height: 1 }]) {
        const tokens = modelFamily(model).image(size);
        expect(tokens).toBeGreaterThan(0);
        expect(Number.isFinite(tokens)).toBe(true);
      }
    }
  });
});

import type { ImageSize } from "./image-size.ts";

/** Input tokens of a picture of a certain size. */
export type ImageFormula = (size: ImageSize) => number;

/** Taken for a picture whose size is not known: one by URL, or in a format that is not read. */
export const ASSUMED_IMAGE_SIZE: ImageSize = { width: 1024, height: 1024 };

/**
 * OpenAI's tiles, in high detail, which is what "auto" mostly means: shrunk into 2,048 × 2,048, then to a short side
 * of 768, then so much for each tile of 512 × 512 and so much for the picture.
 */
export function openAiTiles(perImage: number, perTile: number): ImageFormula {
  return (size) => {
    const fitted = shrink(size, 2048 / Math.max(size.width, size.height));
    const { width, height } = shrink(fitted, 768 / Math.min(fitted.width, fitted.height));
    return perImage + perTile * tilesOf(width, 512) * tilesOf(height, 512);
  };
}

/**
 * OpenAI's patches of 32 × 32, times a factor of the model. A picture of too many is shrunk to fit, and a little more
 * so that the patches of one side come out whole.
 */
export function openAiPatches(factor: number, maxPatches = 1536): ImageFormula {
  return (size) => {
    let { width, height } = size;
    if (tilesOf(width, 32) * tilesOf(height, 32) > maxPatches) {
      const scale = Math.sqrt((32 * 32 * maxPatches) / (width * height));
      const across = (width * scale) / 32;
      const down = (height * scale) / 32;
      const whole = Math.min(Math.floor(across) / across, Math.floor(down) / down);
      ({ width, height } = shrink(size, scale * whole));
    }
    const patches = Math.min(maxPatches, Math.max(1, tilesOf(width, 32) * tilesOf(height, 32)));
    return Math.ceil(patches * factor);
  };
}

/** Anthropic's area: width × height / 750, after shrinking to the model's longest side and most tokens. */
export function anthropicArea(maxSide: number, maxTokens: number): ImageFormula {
  return (size) => {
    const { width, height } = shrink(size, maxSide / Math.max(size.width, size.height));
    return Math.min(maxTokens, Math.ceil((width * height) / 750));
  };
}

/**
 * Gemini's tiles up to version 2.5: 258 tokens for a picture of at most 384 on both sides, otherwise for each tile,
 * whose side is two thirds of the short side of the picture, from 256 to 768.
 */
export const geminiTiles: ImageFormula = ({ width, height }) => {
  if (width <= 384 && height <= 384) return 258;
  const side = Math.min(768, Math.max(256, Math.floor(Math.min(width, height) / 1.5)));
  return 258 * tilesOf(width, side) * tilesOf(height, side);
};

/** The same for every picture, as Gemini from version 3 on. */
export function fixedTokens(tokens: number): ImageFormula {
  return () => tokens;
}

/** Scales down; leaves a picture that is small enough as it is. */
function shrink({ width, height }: ImageSize, factor: number): ImageSize {
  return factor >= 1 ? { width, height } : { width: width * factor, height: height * factor };
}

/** How many tiles of a side cover a length; a hair's breadth from rounding does not make one more. */
function tilesOf(length: number, side: number): number {
  return Math.ceil(length / side - 1e-9);
}

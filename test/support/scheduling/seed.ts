/**
 * The seed of a randomised test: `HEADWAY_SEED`, or a new one. Printed, so that a failure can be repeated with
 * `HEADWAY_SEED=… npx vitest run <file>`.
 */
export function printedSeed(name: string): number {
  const given = process.env.HEADWAY_SEED;
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  console.log(`${name}: HEADWAY_SEED=${seed}`);
  return seed;
}

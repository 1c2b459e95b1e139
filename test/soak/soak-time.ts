/** How long each soak test goes on, in milliseconds: `HEADWAY_SOAK_MINUTES`, default 10. */
const SOAK_MS = Number(process.env.HEADWAY_SOAK_MINUTES ?? 10) * 60_000;

/** Runs `round` with one seed after another until the time is over; returns how many rounds there were. */
export async function soak(
  firstSeed: number,
  round: (seed: number) => Promise<void> | void,
): Promise<number> {
  const untilMs = performance.now() + SOAK_MS;
  let rounds = 0;
  do {
    const seed = firstSeed + rounds;
    try {
      await round(seed);
    } catch (error) {
      throw new Error(`failed with HEADWAY_SEED=${seed}`, { cause: error });
    }
    rounds++;
  } while (performance.now() < untilMs);
  return rounds;
}

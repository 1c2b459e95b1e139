import { defineConfig } from "vitest/config";

/** The random and simulated tests, much longer: `HEADWAY_SOAK_MINUTES` (default 10) for each file. */
export default defineConfig({
  test: {
    include: ["test/soak/**/*.test.ts"],
    setupFiles: ["test/support/patient-waits.ts"],
    testTimeout: 24 * 3_600_000,
  },
});

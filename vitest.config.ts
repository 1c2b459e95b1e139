import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/patient-waits.ts"],
    exclude: ["test/real/**", "test/soak/**"],
    // Ends what hangs; a busy machine may need a while for what does not.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 120_000 } },
  },
});

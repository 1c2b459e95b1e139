import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/patient-waits.ts"],
    exclude: ["test/real/**", "test/soak/**"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});

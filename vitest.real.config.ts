import { defineConfig } from "vitest/config";

/** Tests against a real language model and a real Jaeger; `scripts/install-real-parts.sh` installs both. */
export default defineConfig({
  test: {
    include: ["test/real/**/*.test.ts"],
    setupFiles: ["test/support/patient-waits.ts"],
    // One model server at a time: each wants every core.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});

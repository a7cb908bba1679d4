import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Two cores do all: a test waits for its turn, not for a clock. What hangs is still found.
    testTimeout: 30_000,
    hookTimeout: 60_000
  }
})

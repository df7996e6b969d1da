import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // The page's modules import the package by its name.
  resolve: { alias: { "latent/web": fileURLToPath(new URL("src/web.ts", import.meta.url)) } },
  test: {
    include: ["src/**/*.test.ts", "e2e/**/*.test.ts", "apps/studio/src/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    // Many tests wait for programs that they start: two cores take two files at a time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});

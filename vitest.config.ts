import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Rooms whose tests change nothing outside their own values: they share a process and what it has imported. */
const pure = [
  "autodiff",
  "catalogue",
  "data",
  "distributions",
  "evaluate",
  "feed",
  "graph",
  "model",
  "nn",
  "objectives",
  "onnx",
  "ops",
  "optim",
  "plot",
  "quality",
  "report",
  "rows",
  "sampling",
  "tensor",
  "train",
  "uses",
];
const shared = pure.map((room) => `src/${room}/**/*.test.ts`);

export default defineConfig({
  // The page's modules import the package by its name.
  resolve: { alias: { "latent/web": fileURLToPath(new URL("src/web.ts", import.meta.url)) } },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    // Many tests wait for programs that they start: two cores take two files at a time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      { extends: true, test: { name: "shared", include: shared, isolate: false } },
      {
        extends: true,
        test: {
          name: "alone",
          include: ["src/**/*.test.ts", "e2e/**/*.test.ts", "apps/studio/src/**/*.test.ts"],
          exclude: shared,
        },
      },
    ],
  },
});

// Installs what is missing, builds, checks, and runs every suite; the last line counts it all.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { build, install, run, runTool } from "./tools.mjs";

install();

const studioCheck = ["--workspace", "apps/studio", "--fail-on-warnings", "--output", "human"];

const steps = [
  ["build", build],
  ["format", () => runTool("@biomejs/biome/bin/biome", ["format", "."])],
  ["types", () => runTool("typescript/bin/tsc", ["--noEmit"])],
  ["types of the page", () => runTool("typescript/bin/tsc", ["-p", "e2e/page"])],
  ["types of the studio", () => runTool("svelte-check/bin/svelte-check", studioCheck)],
  ["types of the page with runs", () => runTool("typescript/bin/tsc", ["-p", "e2e/page-runs"])],
  ["public surface (npm run api accepts it)", () => run(process.execPath, ["scripts/api.mjs", "--check"])],
  ["package", () => runTool("publint/src/cli.js", ["--strict"])],
  ["lint", () => runTool("eslint/bin/eslint.js", ["."])],
  [
    "import directions",
    () =>
      runTool("dependency-cruiser/bin/dependency-cruise.mjs", ["--config", ".dependency-cruiser.cjs", "src"]),
  ],
];

let passed = 0;
let failed = 0;
let skipped = 0;
for (const [name, check] of steps) {
  console.log(`== ${name}`);
  if (check() === 0) {
    passed++;
  } else {
    failed++;
    console.log(`${name}: FAILED`);
    if (name === "build") finish();
  }
}

console.log("== tests");
const folder = mkdtempSync(path.join(os.tmpdir(), "latent-test-"));
const results = path.join(folder, "results.json");
const code = runTool("vitest/vitest.mjs", [
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${results}`,
  ...process.argv.slice(2),
]);
try {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
    readFileSync(results, "utf8"),
  );
  passed += numPassedTests;
  failed += numFailedTests;
  skipped += numPendingTests + numTodoTests;
} catch (error) {
  console.log(`the test runner left no results: ${error.message}`);
  failed++;
}
rmSync(folder, { recursive: true, force: true });
// A suite that fails to load fails the run without failing a test.
if (code !== 0 && failed === 0) failed = 1;
finish();

function finish() {
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(failed === 0 ? 0 : 1);
}

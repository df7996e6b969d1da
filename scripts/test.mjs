// Installs what is missing, builds, checks, and runs every suite; the last line counts it all.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { build, install, root, runTool, runToolBeside } from "./tools.mjs";

install();

const studioCheck = ["--workspace", "apps/studio", "--fail-on-warnings", "--output", "human"];
const directions = ["--config", ".dependency-cruiser.cjs", "src"];

/** The checks before the tests: tools of npm packages or scripts, the longest first, since two run at a time. */
const checks = [
  ["lint", "eslint/bin/eslint.js", ["."]],
  ["types", "typescript/bin/tsc", ["--noEmit"]],
  ["types of the studio", "svelte-check/bin/svelte-check", studioCheck],
  ["import directions", "dependency-cruiser/bin/dependency-cruise.mjs", directions],
  ["public surface (npm run api accepts it)", path.join(root, "scripts/api.mjs"), ["--check"]],
  ["types of the page", "typescript/bin/tsc", ["-p", "e2e/page"]],
  ["types of the page with runs", "typescript/bin/tsc", ["-p", "e2e/page-runs"]],
  ["format", "@biomejs/biome/bin/biome", ["format", "."]],
  ["package", "publint/src/cli.js", ["--strict"]],
];

let passed = 0;
let failed = 0;
let skipped = 0;

function count(name, code) {
  if (code === 0) passed++;
  else {
    failed++;
    console.log(`${name}: FAILED`);
  }
}

console.log("== build");
const built = build();
count("build", built);
if (built !== 0) finish();

const waiting = [...checks];
async function checkInTurn() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, script, args] = next;
    const { code, printed } = await runToolBeside(script, args);
    process.stdout.write(`== ${name}\n${printed}`);
    count(name, code);
  }
}
await Promise.all(Array.from({ length: Math.min(2, os.availableParallelism()) }, checkInTurn));

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

// Trains 50 steps on MNIST with every posterior x prior (elbo), every objective x posterior and every likelihood x
// objective; says which are refused and why, and which fail. Prints Markdown; exits with 1 if anything fails.
//   node bench/combinations.mjs [--only posterior-prior|objective-posterior|likelihood-objective] [--steps 50]
import { parseArgs } from "node:util";
import { datasets } from "../dist/index.js";
import { LocalEngine } from "../dist/runtime/index.js";
import { nodeBackend } from "../dist/runtime/node.js";
import { combinationsOf, tryCombination } from "../dist/train/combinations.js";

const { values } = parseArgs({
  options: { only: { type: "string" }, steps: { type: "string", default: "50" } },
});
const steps = Number(values.steps);
const mnist = await datasets.mnist();
const backend = await nodeBackend("cpu");

const tables = combinationsOf().filter(({ name }) => values.only === undefined || name === values.only);
let failures = 0;
for (const { name, rows, columns, at } of tables) {
  const cells = new Map();
  const problems = [];
  for (const row of rows) {
    for (const column of columns) {
      const engine = new LocalEngine(backend);
      const result = await tryCombination(engine, at(row, column), mnist, steps);
      await engine.close();
      cells.set(`${row}/${column}`, result.outcome);
      if (result.outcome === "failed") problems.push(`${row} x ${column}: ${result.detail}`);
    }
    process.stderr.write(`${name}: ${row}\n`);
  }
  failures += problems.length;
  const count = (outcome) => [...cells.values()].filter((value) => value === outcome).length;
  console.log(
    `\n## ${name}: ${count("trained")} trained, ${count("refused")} refused, ${count("failed")} failed\n`,
  );
  const sign = { trained: "+", refused: ".", failed: "FAILED" };
  console.log(`| | ${columns.join(" | ")} |`);
  console.log(`| --- |${columns.map(() => " --- |").join("")}`);
  for (const row of rows) {
    console.log(`| ${row} | ${columns.map((column) => sign[cells.get(`${row}/${column}`)]).join(" | ")} |`);
  }
  for (const problem of problems) console.log(`- ${problem}`);
}
process.exitCode = failures === 0 ? 0 : 1;

import { expect, it } from "vitest";
import { mnist } from "../data/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { type Combination, combinationsOf, tryCombination, whyImpossible } from "./combinations.js";

const tables = combinationsOf();

it.each(tables)("every combination of $name builds, or is refused with a reason", ({ rows, columns, at }) => {
  let possible = 0;
  for (const row of rows) {
    for (const column of columns) {
      const why = whyImpossible(at(row, column));
      if (why === undefined) possible++;
      else expect(why.length, `${row} x ${column}`).toBeGreaterThan(20);
    }
  }
  // The rest are pairs whose supports differ: about 55 % of posterior x prior, few of the others.
  expect(possible).toBeGreaterThan(0.3 * rows.length * columns.length);
});

/** A row's combinations in turn: each row and each column at least once where it is possible at all. */
function sampleOf({ rows, columns, at }: (typeof tables)[number]): Combination[] {
  const possible = (row: string): string[] =>
    columns.filter((column) => whyImpossible(at(row, column)) === undefined);
  const seen = new Set<string>();
  const chosen = rows.flatMap((row) => {
    const candidates = possible(row);
    const column = candidates.find((name) => !seen.has(name)) ?? candidates[0];
    if (column === undefined) return [];
    seen.add(column);
    return [at(row, column)];
  });
  const missed = columns.filter((column) => !seen.has(column));
  const extra = missed.flatMap((column) => {
    const row = rows.find((name) => whyImpossible(at(name, column)) === undefined);
    return row === undefined ? [] : [at(row, column)];
  });
  return [...chosen, ...extra];
}

const samples = tables.map((table) => ({ name: table.name, combinations: sampleOf(table) }));

it.each(samples)(
  "a sample of $name, each choice at least once, trains 50 steps with finite numbers and a falling loss",
  async ({ combinations }) => {
    const data = await mnist();
    const backend = await nodeBackend("cpu");
    const failures: string[] = [];
    for (const combination of combinations) {
      const engine = new LocalEngine(backend);
      const result = await tryCombination(engine, combination, data, 50);
      await engine.close();
      if (result.outcome !== "trained")
        failures.push(`${JSON.stringify(combination)}: ${JSON.stringify(result)}`);
    }
    expect(failures).toEqual([]);
    expect(combinations.length).toBeGreaterThan(8);
  },
  300_000,
);

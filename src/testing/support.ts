import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Expr } from "../graph/index.js";
import { evaluateOn, type Feeds } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { toNumbers } from "../tensor/index.js";

const backend = nodeBackend("cpu", 1);

/** The value of one expression as plain numbers. */
export async function numbers(expr: Expr, feeds: Feeds = {}): Promise<number[]> {
  return toNumbers(await evaluateOn(await backend, expr, feeds));
}

/** Expects equality up to `relative` of the wanted value or of `floor`, whichever is larger. */
export function expectClose(
  got: readonly number[],
  want: readonly number[],
  relative: number,
  floor = 0.1,
): void {
  expect(got.length).toBe(want.length);
  got.forEach((value, i) => {
    const wanted = want[i] as number;
    expect(Math.abs(value - wanted), `[${i}] got ${value}, want ${wanted}`).toBeLessThanOrEqual(
      relative * Math.max(Math.abs(wanted), floor),
    );
  });
}

/** The mean of numbers and its standard error. */
export function meanAndError(values: readonly number[]): { mean: number; error: number } {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const squares = values.reduce((a, b) => a + (b - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (n - 1) / n) };
}

/** The cases of a file of `goldens/` that hold for `keep`. NaN and infinities, which JSON lacks, become null. */
export function goldenCases<T>(file: string, keep: (one: T) => boolean): T[] {
  const text = readFileSync(new URL(`../../goldens/${file}`, import.meta.url), "utf8");
  const json = text.replace(/-?\b(NaN|Infinity)\b/g, "null");
  return (JSON.parse(json) as { cases: T[] }).cases.filter(keep);
}

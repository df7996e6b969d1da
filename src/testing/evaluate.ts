import { readFileSync } from "node:fs";
import type { Expr } from "../graph/index.js";
import { evaluateOn, type Feeds } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { toNumbers } from "../tensor/index.js";

const backend = nodeBackend("cpu", 1);

/** The values of expressions by name, as plain numbers, on ONNX Runtime with one thread. */
export async function numbersOf<K extends string>(
  exprs: Readonly<Record<K, Expr>>,
  feeds?: Feeds,
): Promise<Record<K, number[]>> {
  const values = await evaluateOn(await backend, exprs, feeds);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, toNumbers(value as never)]),
  ) as Record<K, number[]>;
}

/** A file of `goldens/`, parsed. NaN and infinities, which JSON lacks, become null. */
export function golden(name: string): unknown {
  const text = readFileSync(new URL(`../../goldens/${name}`, import.meta.url), "utf8");
  return JSON.parse(text.replace(/-?\b(NaN|Infinity)\b/g, "null"));
}

/** The largest |got - expected| / max(floor, |expected|), with the place where it is. NaN counts as infinite. */
export function worstError(
  got: readonly number[],
  expected: readonly number[],
  floor = 1,
): { error: number; at: number } {
  if (got.length !== expected.length) throw new Error(`${got.length} values, expected ${expected.length}`);
  let worst = { error: 0, at: -1 };
  expected.forEach((value, at) => {
    const found = got[at] as number;
    const relative = Math.abs(found - value) / Math.max(floor, Math.abs(value));
    const error = found === value ? 0 : Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative;
    if (error > worst.error) worst = { error, at };
  });
  return worst;
}

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input, scalar } from "../graph/index.js";
import { type Backend, evaluateOn } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { wasmBackend } from "../runtime/wasm.js";
import type { FloatType } from "../tensor/index.js";
import { toNumbers } from "../tensor/index.js";
import { erfinv, ndtri, pow } from "./index.js";

/** Numbers as JSON has them: NaN and infinities as text. */
type Listed = readonly (number | string)[];

interface Case {
  readonly op: string;
  readonly dtype: FloatType;
  readonly y: Listed;
}

/** Values and derivatives by PyTorch, see goldens/generate/edges.py. */
const edges = JSON.parse(readFileSync(new URL("../../goldens/edges.json", import.meta.url), "utf8")) as {
  readonly unary: readonly (Case & { readonly x: Listed; readonly dx: Listed })[];
  readonly rows: readonly (Case & { readonly x: Listed; readonly dx: Listed })[];
  readonly binary: readonly (Case & Readonly<Record<"a" | "b" | "da" | "db", Listed>>)[];
};

const special: Readonly<Record<string, (x: Expr) => Expr>> = {
  erfinv,
  ndtri,
  clamp: (x) => x.clamp(-0.5, 0.7),
  pow3: (x) => x.pow(3),
  "pow2.5": (x) => x.pow(2.5),
  "pow-2": (x) => x.pow(-2),
  exp2: (x) => pow(scalar(2, x.dtype), x),
  sortDescending: (x) => x.sort(-1, true),
};

/** A method of nodes by its name. */
function method(x: Expr, name: string, ...rest: readonly unknown[]): Expr {
  return (x as unknown as Record<string, (...given: readonly unknown[]) => Expr>)[name]?.(...rest) as Expr;
}

const tolerance = { float64: 1e-9, float32: 2e-5 };
/** The smallest normal numbers: denormals may be flushed to 0. */
const tiny = { float64: 2.3e-308, float32: 1.2e-38 };
/** Roundings of terms of order 1 that cancel: along rows, and in lgamma at 1 and 2. */
const rounding = { float64: 1e-14, float32: 1e-6 };

/** Where values differ from the listed ones, as text; empty if nowhere. */
function differences(
  dtype: FloatType,
  where: readonly string[],
  found: readonly number[],
  listed: Listed,
  floor = tiny[dtype],
): string[] {
  return listed.flatMap((entry, i) => {
    const [value, goal] = [found[i], Number(entry)];
    if (value === goal || (Number.isNaN(value) && Number.isNaN(goal))) return [];
    const near = Math.abs((value as number) - goal) <= tolerance[dtype] * Math.abs(goal) + floor;
    return near && Number.isFinite(goal) ? [] : [`at ${where[i]}: ${value}, expected ${entry}`];
  });
}

describe.each(["cpu", "wasm"] as const)(
  "at NaN, infinities, zeros, the smallest and the largest numbers (%s)",
  (device) => {
    const backend: Promise<Backend> = device === "cpu" ? nodeBackend("cpu", 1) : wasmBackend();
    const numbers = async (exprs: readonly Expr[], feeds: Record<string, number[]>): Promise<number[][]> => {
      const named = Object.fromEntries(exprs.map((expr, i) => [`v${i}`, expr]));
      const values = await evaluateOn(await backend, named, feeds);
      return exprs.map((_, i) => toNumbers(values[`v${i}`] as never));
    };

    it.each([...edges.unary, ...edges.rows].map((one) => [one.op, one.dtype, one.y.length, one] as const))(
      "%s in %s (%i)",
      async (op, dtype, _count, { x: at, y, dx }) => {
        const x = input("x", dtype, [at.length]);
        const value = (special[op] ?? ((node: Expr) => method(node, op)))(x);
        const slopes = value.dtype === dtype ? grad(value.sum(), [x]) : [];
        const [found, slope] = await numbers([value, ...slopes], { x: at.map(Number) });
        const where = y.length === at.length ? at.map(String) : [at.join()];
        const floor = op === "lgamma" || at.length === 4 ? rounding[dtype] : tiny[dtype];
        expect(differences(dtype, where, found as number[], y, floor)).toEqual([]);
        if (slope !== undefined) expect(differences(dtype, at.map(String), slope, dx, floor)).toEqual([]);
      },
    );

    it.each(edges.binary.map((one) => [one.op, one.dtype, one] as const))(
      "%s in %s",
      async (op, dtype, one) => {
        const [a, b] = [input("a", dtype, [one.a.length]), input("b", dtype, [one.a.length])];
        const y = method(a, op, b);
        const found = await numbers([y, ...grad(y.sum(), [a, b])], {
          a: one.a.map(Number),
          b: one.b.map(Number),
        });
        const where = one.a.map((left, i) => `(${left}, ${one.b[i]})`);
        [one.y, one.da, one.db].forEach((listed, i) => {
          expect(differences(dtype, where, found[i] as number[], listed)).toEqual([]);
        });
      },
    );
  },
);

it("puts NaN at the end of long rows too, equals in their order", async () => {
  const row = Array.from({ length: 3000 }, (_, i) => (i % 7 === 3 ? NaN : i % 11 === 0 ? Infinity : i % 5));
  const rank = (value: number): number => (Number.isNaN(value) ? 1e9 : Math.min(value, 1e8));
  for (const dtype of ["float32", "float64"] as const) {
    const x = input("x", dtype, [1, 3000]);
    const places = await evaluateOn(await nodeBackend("cpu", 1), x.argsort(), { x: [row] });
    const expected = row
      .map((_, i) => i)
      .sort((i, j) => rank(row[i] as number) - rank(row[j] as number) || i - j);
    expect(toNumbers(places)).toEqual(expected);
  }
});

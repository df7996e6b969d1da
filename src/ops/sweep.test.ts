import { describe, expect, it } from "vitest";
import { vectorJacobianProduct } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import { Program } from "../testing/program.js";
import { type FloatType, sizeOf, type Tensor, tensor, toNumbers } from "../tensor/index.js";
import { smallShapes } from "../testing/references/arrays.js";
import { type LaneUse, lanes } from "../testing/references/lanes.js";
import { type LinearUse, linear } from "../testing/references/linear.js";

const shapes = [...[0, 1, 2].flatMap(smallShapes), [2, 1, 2], [1, 2, 0], [0, 1, 2], [2, 0, 1], [1, 1, 1]];

/** Numbers of a kind: ordinary ones, ones with ties and zeros, ones with NaN and infinities. */
const kinds: Readonly<Record<string, readonly number[]>> = {
  ordinary: [0.5, -1.25, 2, 0.75, -0.5, 3, 1.5, -2],
  ties: [1, 1, 0, -0, -1, -1, 0, 0],
  huge: [1e4, Infinity, 1e4, 5, -1e4, 2, Infinity, Infinity],
  low: [-Infinity, 1, -Infinity, -Infinity, -1e4, -Infinity, 7, -Infinity],
  lost: [NaN, 1, 2, NaN, Infinity, -Infinity, 3, NaN],
};

const numbersOf = (kind: string, count: number): number[] => {
  const list = kinds[kind] as readonly number[];
  return Array.from({ length: count }, (_, i) => list[i % list.length] as number);
};
const cotangents = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => 1 + (i % 3) * 0.5 - (i % 2));

/** What an op gives by its reference: values, and the gradient of their sum times the cotangents. */
interface Expected {
  readonly values: number[];
  readonly slope: number[] | undefined;
}

function byLinear({ from, factor = 1 }: LinearUse, x: readonly number[], g: readonly number[]): Expected {
  const slope = x.map(() => 0);
  const values = from.map((places, k) => {
    if (typeof places === "number") return places;
    for (const at of places) slope[at] = (slope[at] as number) + (g[k] as number) * factor;
    const sum = places.reduce((sum, at) => sum + (x[at] as number), 0);
    return Number.isFinite(factor) ? sum * factor : Number.NaN;
  });
  return { values, slope };
}

function byLanes(use: LaneUse, x: readonly number[], g: readonly number[]): Expected {
  const values = g.map(() => Number.NaN);
  const slope = x.map(() => 0);
  use.groups.forEach((places, k) => {
    const row = places.map((at) => x[at] as number);
    const found = use.value(row);
    const to = use.each ? places : [k];
    found.forEach((value, i) => (values[to[i] as number] = value));
    const mine = use.slope?.(
      row,
      to.map((place) => g[place] as number),
    );
    mine?.forEach((value, i) => (slope[places[i] as number] = value));
  });
  return { values, slope: use.slope === undefined ? undefined : slope };
}

/** Whether numbers agree to some roundings of the largest term; infinities and NaN must be the same. */
function agree(found: readonly number[], goal: readonly number[], dtype: FloatType): boolean {
  const allowed = dtype === "float64" ? 1e-12 : 2e-6;
  return (
    found.length === goal.length &&
    goal.every((value, i) => {
      const got = found[i] as number;
      return Object.is(got + 0, value + 0) || Math.abs(got - value) <= allowed * Math.max(1, Math.abs(value));
    })
  );
}

interface Placed {
  readonly label: string;
  readonly x: string;
  readonly y: Expr;
  readonly shape: readonly number[];
  readonly slope: Expr | undefined;
  readonly g: readonly number[];
  expected(x: readonly number[], g: readonly number[]): Expected;
}

/** Uses of an op on operands of all shapes, and the gradients of their sums times cotangents. */
function place(name: string, dtype: FloatType): Placed[] {
  return shapes.flatMap((shape) => {
    const x = `[${shape.join()}]`;
    const node = input(x, dtype, shape);
    return usesOf(name, node, shape).map(({ use, expected }) => {
      const g = cotangents(sizeOf(use.shape));
      const at = constant(tensor("float64", use.shape, Float64Array.from(g))).cast(dtype);
      const isFloat = use.y.dtype === dtype;
      const slope = isFloat ? vectorJacobianProduct([use.y], [at], [node])[0] : undefined;
      return { label: `${x}, ${use.label}`, x, y: use.y, shape: use.shape, slope, g, expected };
    });
  });
}

function usesOf(
  name: string,
  x: Expr,
  shape: readonly number[],
): { use: LinearUse | LaneUse; expected: Placed["expected"] }[] {
  return [
    ...(linear[name]?.(x, shape) ?? []).map((use) => ({ use, expected: byLinear.bind(null, use) })),
    ...(lanes[name]?.(x, shape) ?? []).map((use) => ({ use, expected: byLanes.bind(null, use) })),
  ];
}

describe.each(["float64", "float32"] as const)("along axes of lengths 0, 1 and 2, in %s:", (dtype) => {
  it.each([...new Set([...Object.keys(linear), ...Object.keys(lanes)])])("%s", async (name) => {
    const placed = place(name, dtype);
    const graph = placed.flatMap(({ y, slope }, i) => [
      [`y${i}`, y] as const,
      ...(slope ? [[`d${i}`, slope] as const] : []),
    ]);
    const program = await Program.of(Object.fromEntries(graph));
    const wrong: string[] = [];
    for (const kind of Object.keys(kinds)) {
      const feeds = shapes.map(
        (shape) =>
          [
            `[${shape.join()}]`,
            tensor("float64", shape, Float64Array.from(numbersOf(kind, sizeOf(shape)))),
          ] as const,
      );
      const got = await program.run(Object.fromEntries(feeds));
      for (const [i, { label, x, shape, g, expected }] of placed.entries()) {
        const [y, d] = [got[`y${i}`] as Tensor, got[`d${i}`]];
        if (y.shape.join() !== shape.join())
          wrong.push(`${label}: shape [${y.shape.join()}], not [${shape.join()}]`);
        const goal = expected(toNumbers(Object.fromEntries(feeds)[x] as Tensor), g);
        const both = [
          ["value", y, goal.values],
          ["gradient", d, goal.slope],
        ] as const;
        for (const [what, found, listed] of both) {
          if (found === undefined || listed === undefined || agree(toNumbers(found), listed, dtype)) continue;
          wrong.push(`${kind} ${label}: ${what} ${toNumbers(found).join()}, expected ${listed.join()}`);
        }
      }
    }
    await program.close();
    expect(placed.length).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { vectorJacobianProduct } from "../autodiff/index.js";
import { constant, type Expr, input } from "../graph/index.js";
import {
  broadcast,
  type DType,
  isFloat,
  sizeOf,
  type Tensor,
  tensor,
  toNumbers,
  toTensor,
} from "../tensor/index.js";
import { broadcastMap } from "../testing/broadcast-map.js";
import { Program } from "../testing/program.js";
import { indicesOf, placeOf } from "../testing/references/arrays.js";
import { pointsOf, pointwise, type PointwiseRule } from "../testing/references/pointwise.js";

const rounding = { float64: 1e-14, float32: 4e-7 };
/** Numbers below the normal ones may be taken for 0 on the way. */
const tiny = { float64: 2 ** -1020, float32: 2 ** -124 };

/** A number as a dtype has it: rounded, or wrapped around. */
function stored(value: number, dtype: DType): number {
  if (dtype === "float32") return Math.fround(value);
  if (dtype === "int64") return Number(BigInt.asIntN(64, BigInt(value)));
  if (dtype === "int32") return value | 0;
  return dtype === "uint8" ? value & 255 : value;
}

/** Whether numbers agree to some roundings; infinities and NaN must be the same, numbers below the normal ones may be 0. */
function agrees(found: number, goal: number, dtype: DType, slack = 0): boolean {
  const exact = stored(goal, dtype);
  if (Object.is(found + 0, exact + 0)) return true;
  if (!isFloat(dtype) || !Number.isFinite(exact)) return false;
  const allowed = rounding[dtype] * (20 * Math.abs(exact) + slack) + tiny[dtype];
  return Math.abs(found - exact) <= allowed;
}

/** All combinations of the points, one list an operand. */
function grid(rule: PointwiseRule, dtype: DType): number[][] {
  const points = pointsOf(dtype, rule.operands > 1);
  const all = indicesOf(Array<number>(rule.operands).fill(points.length)).map((index) =>
    index.map((i) => points[i] as number),
  );
  return all.filter(([a = 0, b = 0]) => rule.takes?.(a, b) ?? true);
}

describe.each(["float64", "float32", "int32", "int64", "uint8"] as const)("at the edges of %s:", (dtype) => {
  const rules = Object.entries(pointwise).filter(([, rule]) => isFloat(dtype) || rule.also?.includes(dtype));
  it.each(rules)("%s", async (_name, rule) => {
    const at = grid(rule, dtype);
    const names = ["a", "b", "c"];
    const nodes = names.map((name) => input(name, dtype, [at.length])) as [Expr, Expr, Expr];
    const used = nodes.slice(0, rule.operands);
    const y = rule.build(...nodes);
    const smooth = isFloat(y.dtype) && isFloat(dtype);
    const ones = smooth ? constant(1, y.dtype).expand(y.shape) : undefined;
    const slopes = ones === undefined ? [] : vectorJacobianProduct([y], [ones], used);
    const program = await Program.of({
      y,
      ...Object.fromEntries(slopes.map((slope, i) => [`d${i}`, slope])),
    });
    const got = await program.run(
      Object.fromEntries(
        names.map((name, i) => [
          name,
          toTensor(
            at.map((point) => point[i] ?? 0),
            dtype,
          ),
        ]),
      ),
    );
    await program.close();
    const wrong: string[] = [];
    const values = toNumbers(got.y as Tensor);
    const derivatives = slopes.map((_, i) => toNumbers(got[`d${i}`] as Tensor));
    at.forEach((point, i) => {
      const [a = 0, b = 0, c = 0] = point;
      const goal = rule.value(a, b, c);
      const found = values[i] as number;
      if (!agrees(found, goal, y.dtype, rule.slack))
        wrong.push(`(${point.join()}): ${found}, expected ${goal}`);
      const sides = rule.slopes?.(a, b, c) ?? point.map(() => 0);
      derivatives.forEach((slope, k) => {
        const side = sides[k] as number;
        if (!agrees(slope[i] as number, side, dtype, rule.slack))
          wrong.push(`(${point.join()}) by ${names[k]}: ${slope[i]}, expected ${side}`);
      });
    });
    expect(wrong).toEqual([]);
  });
});

/** Shapes of one, two and three operands that broadcast, with lengths 0 and 1. */
const shapes: readonly (readonly (readonly number[])[])[] = [
  [[], [], []],
  [[0], [], [1]],
  [[1], [0], []],
  [[1], [1], [1]],
  [[2], [], [2]],
  [[], [2], [1]],
  [[2, 1], [1, 3], [3]],
  [[0, 1], [1, 3], []],
  [[2, 0], [2, 1], [0]],
  [[1, 1], [2], [2, 2]],
  [[3], [2, 1, 1], [1, 3]],
  [[1, 0, 2], [2], [2, 1, 1]],
];

/** Whether the first length of an operand may be one known by name: it is not 1, and no other's length is fixed there. */
function isNameable(all: readonly (readonly number[])[], k: number): boolean {
  const own = all[k] as readonly number[];
  const isFree = (other: readonly number[]): boolean => {
    const axis = other.length - own.length;
    return axis <= 0 || other[axis] === 1;
  };
  return own.length > 0 && own[0] !== 1 && all.every(isFree);
}

describe.each([false, true])("broadcast over lengths 0, 1 and more, a length by name %s:", (byName) => {
  it.each(Object.entries(pointwise))("%s", async (_name, rule) => {
    const wrong: string[] = [];
    const graph: Record<string, Expr> = {};
    const feeds: Record<string, Tensor<"float64">> = {};
    const cases = shapes.map((three, n) => {
      const used = three.slice(0, rule.operands);
      const nodes = three.map((shape, k) => {
        const [, ...rest] = shape;
        const named = byName && isNameable(three, k) ? [`n${n}of${shape.length}`, ...rest] : shape;
        const name = `x${n}${k}`;
        const values = Array.from(
          { length: sizeOf(shape) },
          (_, i) => [0.7, -1.2, 2, 0.4][(i + k) % 4] as number,
        );
        feeds[name] = tensor("float64", shape, Float64Array.from(values));
        return input(name, "float64", named);
      }) as [Expr, Expr, Expr];
      const y = rule.build(...nodes);
      graph[`y${n}`] = y;
      if (isFloat(y.dtype)) {
        const ones = constant(1, "float64").expand(y.shape, y);
        vectorJacobianProduct([y], [ones], nodes.slice(0, rule.operands)).forEach(
          (slope, k) => (graph[`d${n}${k}`] = slope),
        );
      }
      return used;
    });
    const program = await Program.of(graph);
    const got = await program.run(feeds);
    await program.close();
    cases.forEach((used, n) => {
      const operands = used.map((_, k) => feeds[`x${n}${k}`] as Tensor<"float64">);
      const shape = used.reduce((all, one) => broadcast(all, one) as number[]);
      const y = got[`y${n}`] as Tensor;
      const check = (what: string, found: readonly number[], goal: readonly number[]): void => {
        const fits =
          found.length === goal.length &&
          goal.every((x, i) => agrees(found[i] as number, x, "float64", rule.slack));
        if (!fits) wrong.push(`${JSON.stringify(used)} ${what}: ${found.join()}, expected ${goal.join()}`);
      };
      check("shape", y.shape, shape);
      check("value", toNumbers(y), broadcastMap(rule.value, ...operands));
      used.forEach((own, k) => {
        const found = got[`d${n}${k}`];
        if (found === undefined) return;
        const whole = broadcastMap(
          (a, b, c) => (rule.slopes?.(a, b, c) ?? [0, 0, 0])[k] as number,
          ...operands,
        );
        const sums = Array<number>(sizeOf(own)).fill(0);
        indicesOf(shape).forEach((index, i) => {
          const place = placeOf(
            index.slice(shape.length - own.length).map((at, axis) => (own[axis] === 1 ? 0 : at)),
            own,
          );
          sums[place] = (sums[place] as number) + (whole[i] as number);
        });
        check(`gradient by ${k}`, toNumbers(found), sums);
      });
    });
    expect(wrong).toEqual([]);
  });
});

describe.each([
  ["int32", -(2 ** 31)],
  ["int64", -(2 ** 63)],
] as const)("division of whole numbers, in %s,", (dtype, lowest) => {
  const x = [7, -7, 7, -7, 0, 5, lowest, lowest];
  const by = [2, 2, -2, -2, -1, -1, -1, 2];
  const whole = dtype === "int64" ? BigInt64Array.from(x, BigInt) : Int32Array.from(x);

  it.each([false, true])(
    "is cut short, its rest has the divisor's sign; divisors fixed: %s",
    async (isFixed) => {
      const a = input("a", dtype, [8]);
      const b = isFixed ? constant(toTensor(by, dtype)) : input("b", dtype, [8]);
      const program = await Program.of({
        y: a.div(b),
        rest: a.floorMod(b),
        minus: a.div(constant(toTensor(-1, dtype))),
      });
      const got = await program.run({ a: whole, b: by });
      await program.close();
      expect(toNumbers(got["y"] as Tensor)).toEqual([3, -3, -3, 3, 0, -5, lowest, lowest / 2]);
      expect(toNumbers(got["rest"] as Tensor)).toEqual([1, 1, -1, -1, 0, 0, 0, 0]);
      expect(toNumbers(got["minus"] as Tensor)).toEqual([-7, 7, -7, 7, 0, -5, lowest, lowest]);
    },
  );
});

import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/index.js";
import { type Expr, input } from "../graph/index.js";
import { type Backend, evaluateOn } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { wasmBackend } from "../runtime/wasm.js";
import { type Shape, sizeOf, tensor, toNumbers } from "../tensor/index.js";

const lengths = [0, 1, 2];

/** Every pair of shapes that multiply, over lengths 0, 1 and 2. */
function pairs(): [number[], number[]][] {
  const list: [number[], number[]][] = [];
  for (const rows of lengths) {
    for (const inner of lengths) {
      for (const columns of lengths) {
        list.push([
          [rows, inner],
          [inner, columns],
        ]);
        for (const batch of lengths) {
          list.push([
            [batch, rows, inner],
            [inner, columns],
          ]);
          list.push([
            [rows, inner],
            [batch, inner, columns],
          ]);
          list.push([
            [batch, rows, inner],
            [batch, inner, columns],
          ]);
          list.push([
            [1, rows, inner],
            [batch, inner, columns],
          ]);
          list.push([
            [2, batch, rows, inner],
            [batch, inner, columns],
          ]);
        }
      }
    }
  }
  return list;
}

/** The shape with its leading length by name, where that fits. */
const named = ([first, ...rest]: readonly number[]): Shape => [first === 1 ? 1 : "n", ...rest];

const feed = (shape: readonly number[]): ReturnType<typeof tensor<"float32">> =>
  tensor(
    "float32",
    shape,
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => 1 + (i % 3)),
  );

/** Sums by hand: product, and gradients of its sum. */
function byHand(
  a: readonly number[],
  b: readonly number[],
): { shape: number[]; values: number[]; da: number[]; db: number[] } {
  const lead = (s: readonly number[]): number[] => [...s.slice(0, -2)];
  const rank = Math.max(a.length, b.length) - 2;
  const [la, lb] = [a, b].map((s) => [...Array<number>(rank - lead(s).length).fill(1), ...lead(s)]) as [
    number[],
    number[],
  ];
  const batch = la.map((n, i) => (n === 1 ? (lb[i] as number) : n));
  const [rows, inner, columns] = [a.at(-2), a.at(-1), b.at(-1)] as [number, number, number];
  const [x, y] = [feed(a).data, feed(b).data];
  const values: number[] = [];
  const [da, db] = [x, y].map((list) => Array.from(list, () => 0)) as [number[], number[]];
  const offset = (own: number[], at: number[]): number =>
    own.reduce((sum, n, i) => sum * n + (n === 1 ? 0 : (at[i] as number)), 0);
  for (let k = 0; k < sizeOf(batch); k++) {
    let rest = k;
    const at = [...batch]
      .reverse()
      .map((n) => {
        const i = rest % n;
        rest = Math.floor(rest / n);
        return i;
      })
      .reverse();
    const [oa, ob] = [offset(la, at) * rows * inner, offset(lb, at) * inner * columns];
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        let sum = 0;
        for (let i = 0; i < inner; i++) {
          const [p, q] = [oa + r * inner + i, ob + i * columns + c];
          sum += (x[p] as number) * (y[q] as number);
          da[p] = (da[p] as number) + (y[q] as number);
          db[q] = (db[q] as number) + (x[p] as number);
        }
        values.push(sum);
      }
    }
  }
  return { shape: [...batch, rows, columns], values, da, db };
}

describe.each(["cpu", "wasm"] as const)("products over nothing, one and two (%s)", (device) => {
  const backend: Promise<Backend> = device === "cpu" ? nodeBackend("cpu", 1) : wasmBackend();

  it.each([false, true])(
    "values and gradients, named dimensions %s",
    async (byName) => {
      const wrong: string[] = [];
      for (const [a, b] of pairs()) {
        const name = `[${a.join()}] x [${b.join()}]`;
        try {
          const both = byName && a.length === b.length && a.length > 2;
          const shapes = [byName ? named(a) : a, both && a[0] !== 1 ? named(b) : b];
          const [x, y] = shapes.map((s, i) => input(`x${i}`, "float32", s)) as [Expr, Expr];
          const product = x.matmul(y);
          const [da, db] = grad(product.sum(), [x, y]) as [Expr, Expr];
          const got = await evaluateOn(
            await backend,
            { product, da, db, both: product.add(1) },
            { x0: feed(a), x1: feed(b) },
          );
          const goal = byHand(a, b);
          const found = [
            got.product.shape.join(),
            toNumbers(got.product).join(),
            toNumbers(got.da).join(),
            toNumbers(got.db).join(),
            toNumbers(got.both).join(),
          ];
          const wanted = [
            goal.shape.join(),
            goal.values.join(),
            goal.da.join(),
            goal.db.join(),
            goal.values.map((v) => v + 1).join(),
          ];
          if (found.join(";") !== wanted.join(";"))
            wrong.push(`${name}: ${found.join("; ")}, expected ${wanted.join("; ")}`);
        } catch (error) {
          wrong.push(`${name}: ${(error as Error).message.slice(0, 120)}`);
        }
      }
      expect(wrong).toEqual([]);
    },
    120_000,
  );
});

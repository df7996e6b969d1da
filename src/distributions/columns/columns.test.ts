import { describe, expect, it } from "vitest";
import { grad } from "../../autodiff/index.js";
import type { ModelColumn } from "../../catalogue/index.js";
import { constant, type Expr } from "../../graph/index.js";
import { initialValues } from "../../nn/index.js";
import { RandomStream, sizeOf, type Tensor, tensor } from "../../tensor/index.js";
import { numbersOf } from "../../testing/evaluate.js";
import { SeededNoise } from "../contract/noise.js";
import type { Distribution, NoiseSource } from "../distribution.js";
import { columns as columnsFamily } from "./columns.js";

/** Two choices, the second of which lets a number exist. */
const plan: readonly ModelColumn[] = [
  { name: "a", of: "categorical", size: 3 },
  { name: "b", of: "categorical", size: 2, absent: 1 },
  { name: "b", of: "normal", gate: 1 },
];
const width = 4;
const total = plan.length * width;

const family = (of: readonly ModelColumn[] = plan, hide = 0): ReturnType<typeof columnsFamily> =>
  columnsFamily({ columns: of, width, hide });

/** Weights of the seed, moved off their first values. */
function weightsOf(of: readonly ModelColumn[] = plan): Record<string, Tensor<"float64">> {
  const specs = family(of).weights?.([of.length]) ?? {};
  const values = initialValues(specs, 3, "float64") as Record<string, Tensor<"float64">>;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const moved = new RandomStream(4, name).normal(new Float64Array(sizeOf(value.shape)), 0);
      return [
        name,
        tensor(
          "float64",
          value.shape,
          value.data.map((v, i) => v + 0.7 * (moved[i] as number)),
        ),
      ];
    }),
  );
}

const rawNumbers = (count: number, numbers = total): number[] =>
  Array.from(new RandomStream(5, "raw").normal(new Float64Array(count * numbers), 0));

interface Given {
  readonly of?: readonly ModelColumn[];
  readonly noise?: NoiseSource;
  readonly hide?: number;
  readonly rows?: number;
}

function likelihood({ of = plan, noise, hide = 0, rows = 1 }: Given = {}): Distribution {
  const weights = Object.fromEntries(
    Object.entries(weightsOf(of)).map(([name, value]) => [name, constant(value)]),
  );
  const numbers = of.length * width;
  const one = rawNumbers(1, numbers);
  const raw = constant(
    tensor(
      "float64",
      [rows, numbers],
      Float64Array.from({ length: rows * numbers }, (_, i) => one[i % numbers] as number),
    ),
  );
  const context = { dtype: "float64", weights, role: "likelihood" } as const;
  return family(of, hide).fromRaw(
    raw,
    [of.length],
    noise === undefined ? context : { ...context, mode: "train", noise },
  );
}

const rowsNode = (rows: readonly (readonly number[])[]): Expr =>
  constant(tensor("float64", [rows.length, rows[0]?.length ?? 0], Float64Array.from(rows.flat())));

const logOf = async (rows: readonly (readonly number[])[], given: Given = {}): Promise<number[]> =>
  (await numbersOf({ y: likelihood({ rows: rows.length, ...given }).logProb(rowsNode(rows)) })).y;

/** Features by their meaning: 3 ones of a, 2 of b, then the number and whether it is there. */
const featuresOf = ([a, b, x]: readonly number[]): number[] => [
  ...[0, 1, 2].map((i) => (a === i ? 1 : 0)),
  ...[0, 1].map((i) => (b === i ? 1 : 0)),
  Number.isNaN(x) ? 0 : (x as number),
  Number.isNaN(x) ? 0 : 1,
];
/** The column that each of them is of. */
const owners = [0, 0, 0, 1, 1, 2, 2];
const groups = [0, 1, 1];

/** A head's numbers, from which its column's distribution is made, by loops over the weights. */
function headNumbers(column: number, row: readonly number[], sees: (from: number) => boolean): number[] {
  const weights = weightsOf();
  const context = weights["context.weight"]?.data as Float64Array;
  const key = ["heads.choice-3", "heads.choice-2", "heads.normal-2"][column] as string;
  const [weight, bias] = ["weight", "bias"].map(
    (part) => weights[`${key}.${part}`]?.data as Float64Array,
  ) as [Float64Array, Float64Array];
  const raw = rawNumbers(1);
  const hidden = Array.from({ length: width }, (_, j) => {
    let value = raw[column * width + j] as number;
    featuresOf(row).forEach((feature, f) => {
      if (sees(owners[f] as number)) value += feature * (context[f * total + column * width + j] as number);
    });
    return j < width / 2 ? value : Math.max(0, value);
  });
  return Array.from(bias, (start, r) =>
    hidden.reduce((sum, h, j) => sum + h * (weight[j * bias.length + r] as number), start),
  );
}

function conditional(column: number, row: readonly number[], sees: (from: number) => boolean): number {
  const value = row[column] as number;
  if (Number.isNaN(value)) return 0;
  const out = headNumbers(column, row, sees);
  if (column === 2) {
    const scale = Math.log1p(Math.exp(out[1] as number)) + 0.01;
    return -0.5 * ((value - (out[0] as number)) / scale) ** 2 - Math.log(scale) - 0.5 * Math.log(2 * Math.PI);
  }
  return (out[value] as number) - Math.log(out.reduce((sum, l) => sum + Math.exp(l), 0));
}

const before = (column: number) => (from: number) =>
  (groups[from] as number) < (groups[column] as number) || (column === 2 && from === 1);
const others = (column: number) => (from: number) =>
  groups[from] !== groups[column] || (column === 2 && from === 1);

const some = [
  [2, 0, 0.3],
  [0, 1, Number.NaN],
  [1, 0, -1.4],
  [Number.NaN, 0, 0.2],
  [1, Number.NaN, Number.NaN],
];

describe("log p of a row", () => {
  it("is the sum of its columns' own given those before, computed from the weights", async () => {
    const expected = some.map((row) => [0, 1, 2].reduce((sum, c) => sum + conditional(c, row, before(c)), 0));
    (await logOf(some)).forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 10));
  });

  it("column by column is that of each given all others", async () => {
    const p = likelihood({ rows: some.length });
    const { y } = await numbersOf({ y: p.logProbEach?.(rowsNode(some)) as Expr });
    const expected = some.flatMap((row) => [0, 1, 2].map((c) => conditional(c, row, others(c))));
    y.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 10));
  });

  it("is 0 where nothing is known, and the head's own value changes nothing of what it says", async () => {
    expect(await logOf([[Number.NaN, Number.NaN, Number.NaN]])).toEqual([0]);
    // the difference between two values of the last number is that of one normal distribution: its head sees neither
    const [at, up, down] = (await logOf([1, 2, 0].map((x) => [0, 0, x]))) as [number, number, number];
    const [, scale = 0] = headNumbers(2, [0, 0, 1], before(2));
    expect(up + down - 2 * at).toBeCloseTo(-1 / (Math.log1p(Math.exp(scale)) + 0.01) ** 2, 8);
  });

  it.each([
    ["in the table's order", undefined],
    ["in an order drawn in training", 1],
    ["in another", 2],
  ] as const)("of all combinations of choices is 1 in all, %s", async (_, seed) => {
    const of: readonly ModelColumn[] = [
      { name: "a", of: "categorical", size: 3 },
      { name: "b", of: "ordinal", size: 2, points: [-1, 1] },
    ];
    const rows = [0, 1, 2].flatMap((a) => [0, 1].map((b) => [a, b]));
    const noise = seed === undefined ? undefined : new SeededNoise("float64", seed);
    const p = likelihood({ of, rows: rows.length, ...(noise && { noise }) });
    const { y } = await numbersOf({ y: p.logProb(rowsNode(rows)) }, noise?.feeds);
    expect(y.reduce((sum, log) => sum + Math.exp(log), 0)).toBeCloseTo(1, 10);
  });

  it("has the gradients by its weights that finite differences have", async () => {
    const values = weightsOf();
    const nodes = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, constant(value)]));
    const raw = constant(tensor("float64", [1, total], Float64Array.from(rawNumbers(1))));
    const at = (weights: Readonly<Record<string, Expr>>): Expr =>
      family().fromRaw(raw, [3], { dtype: "float64", weights }).logProb(rowsNode(some)).sum();
    const names = Object.keys(values);
    const slopes = await numbersOf(
      Object.fromEntries(grad(at(nodes), Object.values(nodes)).map((g, i) => [names[i] as string, g])),
    );
    const step = 1e-5;
    for (const [name, value] of Object.entries(values)) {
      for (let i = 0; i < value.data.length; i += 5) {
        const moved = (by: number): Record<string, Expr> => ({
          ...nodes,
          [name]: constant(
            tensor(
              "float64",
              value.shape,
              value.data.map((v, j) => (j === i ? v + by : v)),
            ),
          ),
        });
        const { up, down } = await numbersOf({ up: at(moved(step)), down: at(moved(-step)) });
        const slope = ((up?.[0] as number) - (down?.[0] as number)) / (2 * step);
        expect(slopes[name]?.[i], `${name}[${i}]`).toBeCloseTo(slope, 5);
      }
    }
  });
});

const drawnRows = 20_000;

function byRow(numbers: readonly number[]): number[][] {
  return Array.from({ length: numbers.length / 3 }, (_, i) => numbers.slice(3 * i, 3 * i + 3));
}

describe("rows drawn", () => {
  it("have the frequencies that log p says", async () => {
    const noise = new SeededNoise("float64", 8);
    const node = likelihood().sample?.(noise, [drawnRows]) as Expr;
    const { x } = await numbersOf({ x: node }, noise.feeds);
    const rows = byRow(x);
    const pairs = [0, 1, 2].flatMap((a) => [0, 1].map((b) => [a, b] as const));
    const logs = await logOf(pairs.map(([a, b]) => [a, b, Number.NaN]));
    let chi = 0;
    pairs.forEach(([a, b], i) => {
      const count = rows.filter((row) => row[0] === a && row[1] === b).length;
      const wanted = drawnRows * Math.exp(logs[i] as number);
      chi += (count - wanted) ** 2 / wanted;
    });
    expect(chi).toBeLessThan(20.5); // the 0.999 quantile of chi-square with 5 degrees of freedom
    expect(rows.every(([, b, y]) => Number.isNaN(y) === (b !== 0))).toBe(true);
  });

  it("keep what is given, and honour gates and `present`", async () => {
    const given = [...some, [2, Number.NaN, Number.NaN]];
    for (const present of [false, true]) {
      const noise = new SeededNoise("float64", 9);
      const p = likelihood({ rows: given.length });
      const { x } = await numbersOf(
        { x: p.complete?.(noise, rowsNode(given), { present }) as Expr },
        noise.feeds,
      );
      byRow(x).forEach((row, i) => {
        given[i]?.forEach((value, c) => {
          if (!Number.isNaN(value)) expect(row[c]).toBe(value);
        });
        expect(Number.isNaN(row[0])).toBe(false);
        expect(Number.isNaN(row[2])).toBe(row[1] !== 0);
        if (present && Number.isNaN(given[i]?.[1])) expect(row[1]).toBe(0);
      });
    }
  });

  it("given one column follow the others' conditional probabilities", async () => {
    const noise = new SeededNoise("float64", 10);
    const n = 5000;
    const rows = Array.from({ length: n }, () => [2, Number.NaN, Number.NaN]);
    const p = likelihood({ rows: n });
    const { x } = await numbersOf({ x: p.complete?.(noise, rowsNode(rows), {}) as Expr }, noise.feeds);
    const share = byRow(x).filter((row) => row[1] === 0).length / n;
    const expected = Math.exp(conditional(1, [2, 0, Number.NaN], before(1)));
    expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / n));
  });
});

describe("columns refuses", () => {
  it("what can't be, in words", () => {
    expect(() => columnsFamily().rawSize([3])).toThrow(/which its data set says: make the model with vaeFor/);
    expect(() => family().rawSize([4])).toThrow(
      "columns: the likelihood is of 3 columns, but an example is of shape [4]",
    );
    expect(() => family().prior([3], { dtype: "float32", weights: {} })).toThrow(/can't be a prior/);
    expect(() => columnsFamily({ columns: [] })).toThrow(/columns must be a list of columns/);
    expect(() => columnsFamily({ columns: [{ name: "a", of: "normal", gate: 0 }] })).toThrow(
      "columns: column 0 (a) can only have the choice right before it as its gate",
    );
  });
});

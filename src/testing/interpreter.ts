import { type Expr, topological } from "../graph/index.js";
import { sizeOf } from "../tensor/index.js";
import { groupsOf, indicesOf, placeOf, withAt } from "./references/arrays.js";

/*
 * Graphs computed in plain JavaScript, in float64, node by node as they were built: what simplification, lowering and an
 * engine's optimisers make of them is to have the same values.
 */

/** Numbers in row-major order; true is 1. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** All that rules read of the attributes of nodes. */
interface Attributes {
  readonly axis: number;
  readonly axes: readonly number[];
  readonly order: readonly number[];
  readonly start: number;
  readonly step: number;
  readonly before: number;
  readonly value: number;
  readonly upper: boolean;
  readonly k: number;
  readonly reverse: boolean;
  readonly exclusive: boolean;
  readonly dtype: string;
}

type Rule = (inputs: readonly Numbers[], attrs: Attributes, shape: readonly number[]) => readonly number[];

const tailOf = (index: readonly number[], own: readonly number[]): number[] =>
  index.slice(index.length - own.length).map((i, axis) => (own[axis] === 1 ? 0 : i));

const at = ({ shape, data }: Numbers, index: readonly number[]): number =>
  data[placeOf(tailOf(index, shape), shape)] as number;

/** Element by element, with broadcasting. */
const each =
  (f: (a: number, b: number, c: number) => number): Rule =>
  (inputs, _attrs, shape) =>
    indicesOf(shape).map((index) => f(...(inputs.map((x) => at(x, index)) as [number, number, number])));

const yes = (f: (a: number, b: number) => boolean): Rule => each((a, b) => Number(f(a, b)));

const over =
  (f: (row: readonly number[]) => number): Rule =>
  ([x], { axes }) =>
    groupsOf((x as Numbers).shape, axes).map((places) =>
      f(places.map((place) => (x as Numbers).data[place] as number)),
    );

/** Of each element of the result, the index of the first operand whose element it is, or a number. */
const from =
  (source: (index: number[], x: Numbers, attrs: Attributes) => readonly number[] | number): Rule =>
  ([x], attrs, shape) =>
    indicesOf(shape).map((index) => {
      const found = source(index, x as Numbers, attrs);
      return typeof found === "number"
        ? found
        : ((x as Numbers).data[placeOf(found, (x as Numbers).shape)] as number);
    });

const same: Rule = ([x]) => (x as Numbers).data;
const largest = over((row) => Math.max(...row));

/** The error function by its series and, further out, its continued fraction: right to 1e-14. */
function erf(x: number): number {
  const t = Math.abs(x);
  if (t > 6) return Math.sign(x);
  if (t < 2.5) {
    let [term, sum] = [t, t];
    for (let n = 1; n < 80; n++) {
      term *= (-t * t) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 120; n > 0; n--) fraction = n / 2 / (t + fraction);
  return Math.sign(x) * (1 - Math.exp(-t * t) / (t + fraction) / Math.sqrt(Math.PI));
}

const matmul: Rule = ([a, b], _attrs, shape) => {
  const [left, right] = [a as Numbers, b as Numbers];
  const inner = left.shape.at(-1) as number;
  return indicesOf(shape).map((index) => {
    const [lead, row, column] = [index.slice(0, -2), index.at(-2) as number, index.at(-1) as number];
    const terms = Array.from(
      { length: inner },
      (_, k) => at(left, [...lead, row, k]) * at(right, [...lead, k, column]),
    );
    return terms.reduce((sum, term) => sum + term, 0);
  });
};

const concat: Rule = (inputs, { axis }, shape) =>
  indicesOf(shape).map((index) => {
    let i = index[axis] as number;
    for (const x of inputs) {
      const length = x.shape[axis] as number;
      if (i < length) return x.data[placeOf(withAt(index, axis, i), x.shape)] as number;
      i -= length;
    }
    return Number.NaN;
  });

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const rules: Readonly<Record<string, Rule>> = {
  add: each((a, b) => a + b),
  addAlike: each((a, b) => a + b),
  sub: each((a, b) => a - b),
  mul: each((a, b) => a * b),
  div: each((a, b) => a / b),
  mulAdd: each((x, y, factor) => x + y * factor),
  pow: each((a, b) => a ** b),
  maximum: each((a, b) => Math.max(a, b)),
  minimum: each((a, b) => Math.min(a, b)),
  neg: each((x) => -x),
  abs: each(Math.abs),
  sign: each(Math.sign),
  relu: each((x) => Math.max(x, 0)),
  heaviside: each((x) => Number(x > 0)),
  sigmoid: each(sigmoid),
  quickSigmoid: each(sigmoid),
  tanh: each(Math.tanh),
  softplus: each(softplus),
  logSigmoidOfMagnitude: each((x) => -softplus(-Math.abs(x))),
  exp: each(Math.exp),
  log: each(Math.log),
  log1p: each(Math.log1p),
  expm1: each(Math.expm1),
  square: each((x) => x * x),
  sqrt: each(Math.sqrt),
  reciprocal: each((x) => 1 / x),
  sin: each(Math.sin),
  cos: each(Math.cos),
  erf: each(erf),
  floor: each(Math.floor),
  less: yes((a, b) => a < b),
  lessEqual: yes((a, b) => a <= b),
  greater: yes((a, b) => a > b),
  greaterEqual: yes((a, b) => a >= b),
  equal: yes((a, b) => a === b),
  and: yes((a, b) => a > 0 && b > 0),
  or: yes((a, b) => a > 0 || b > 0),
  not: each((x) => 1 - x),
  where: each((condition, a, b) => (condition > 0 ? a : b)),
  cast: (inputs, { dtype }) => {
    const isWhole = !dtype.startsWith("float");
    return (inputs[0] as Numbers).data.map((x) => (isWhole ? Math.trunc(x) : x));
  },
  stopGradient: same,
  customGradient: same,
  reshape: same,
  sum: over((row) => row.reduce((sum, x) => sum + x, 0)),
  max: largest,
  anyMax: largest,
  min: over((row) => Math.min(...row)),
  matmul,
  concat,
  expand: from((index, { shape }) => tailOf(index, shape)),
  transpose: from((index, { shape }, { order }) =>
    shape.map((_, axis) => index[order.indexOf(axis)] as number),
  ),
  slice: from((index, _x, { axis, start, step }) =>
    withAt(index, axis, start + (index[axis] as number) * step),
  ),
  reverse: from((index, { shape }, { axis }) =>
    withAt(index, axis, (shape[axis] as number) - 1 - (index[axis] as number)),
  ),
  pad: from((index, { shape }, { axis, before, value }) => {
    const i = (index[axis] as number) - before;
    return i >= 0 && i < (shape[axis] as number) ? withAt(index, axis, i) : value;
  }),
  triangle: from((index, _x, { upper, k }) => {
    const above = (index.at(-1) as number) - (index.at(-2) as number) - k;
    return (upper ? above >= 0 : above <= 0) ? index : 0;
  }),
  cumsum: ([x], { axis, reverse, exclusive }, shape) =>
    indicesOf(shape).map((index) => {
      const own = index[axis] as number;
      const all = Array.from({ length: shape[axis] as number }, (_, i) => i);
      const taken = all.filter((i) => (i === own && !exclusive) || (reverse ? i > own : i < own));
      return taken.reduce((sum, i) => sum + at(x as Numbers, withAt(index, axis, i)), 0);
    }),
};

/** The values of nodes whose dimensions are all numbers. Throws if an op has no rule here. */
export function interpret(
  outputs: readonly Expr[],
  feeds: Readonly<Record<string, readonly number[]>>,
): Numbers[] {
  const values = new Map<Expr, Numbers>();
  for (const node of topological(outputs)) {
    const shape = node.shape as readonly number[];
    const { name } = node.op;
    if (name === "input") {
      values.set(node, { shape, data: feeds[node.attrs["name"] as string] as readonly number[] });
    } else if (name === "constant") {
      const { data } = node.attrs["value"] as { readonly data: ArrayLike<number | bigint> };
      values.set(node, { shape, data: Array.from(data, Number) });
    } else {
      const rule = rules[name];
      if (rule === undefined) throw new Error(`interpret: no rule for ${name}`);
      const data = rule(
        node.inputs.map((x) => values.get(x) as Numbers),
        node.attrs as unknown as Attributes,
        shape,
      );
      if (data.length !== sizeOf(shape)) throw new Error(`interpret: ${name} gave ${data.length} numbers`);
      values.set(node, { shape, data });
    }
  }
  return outputs.map((node) => values.get(node) as Numbers);
}

import type { Expr } from "../../graph/index.js";
import { heaviside, logSigmoidOfMagnitude, pow, quickSigmoid } from "../../ops/index.js";
import { type DType, isFloat } from "../../tensor/index.js";

/** An op that works element by element, with its value and derivatives in plain JavaScript. */
export interface PointwiseRule {
  /** How many operands. */
  readonly operands: 1 | 2 | 3;
  /** The op, of operands of one dtype. */
  build(a: Expr, b: Expr, c: Expr): Expr;
  value(a: number, b: number, c: number): number;
  /** Derivatives by the operands; none where no gradient flows. */
  slopes?(a: number, b: number, c: number): readonly number[];
  /** What operands it takes beside floats. */
  readonly also?: readonly DType[];
  /** Absolute error that is within what the op says of itself, as roundings of 1; default 0. */
  readonly slack?: number;
  /** Whether an operand may be taken; default all. */
  takes?(a: number, b: number): boolean;
}

const whole: readonly DType[] = ["int32", "int64"];
const bytes: readonly DType[] = [...whole, "uint8"];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
/** 0 or 1 as `condition` says, NaN where an operand is NaN. */
const step = (condition: boolean, ...operands: readonly number[]): number =>
  operands.some(Number.isNaN) ? Number.NaN : Number(condition);
const sign = (x: number): number => Math.sign(x) + 0;
const even = (x: number): number => {
  const low = Math.floor(x);
  const rest = x - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : rest === rest ? low : x;
};

function unary(
  build: (x: Expr) => Expr,
  value: (x: number) => number,
  slope?: (x: number) => number,
  more: Partial<PointwiseRule> = {},
): PointwiseRule {
  return { operands: 1, build, value, ...(slope && { slopes: (x: number) => [slope(x)] }), ...more };
}

function binary(
  build: (a: Expr, b: Expr) => Expr,
  value: (a: number, b: number) => number,
  slopes?: (a: number, b: number) => readonly [number, number],
  more: Partial<PointwiseRule> = {},
): PointwiseRule {
  return { operands: 2, build, value, ...(slopes && { slopes }), ...more };
}

const comparison = (
  build: (a: Expr, b: Expr) => Expr,
  value: (a: number, b: number) => boolean,
): PointwiseRule => binary(build, (a, b) => Number(value(a, b)), undefined, { also: bytes });

/** Whether `a` and `b` are the numbers for which the choice between them falls on the first. */
const chosen = (first: boolean, a: number, b: number): readonly [number, number] => [
  step(first, a, b),
  step(!first, a, b),
];

/** x - floor(x / d) d, with one rounding: by whole steps of the remainder. */
function floorMod(x: number, d: number): number {
  if (!Number.isFinite(d) && Number.isFinite(x)) return Number.isNaN(d) ? d : x * Math.sign(d) < 0 ? d : x;
  const rest = x % d;
  return rest !== 0 && rest < 0 !== d < 0 ? rest + d : rest;
}

function floorModSlopes(x: number, d: number): readonly [number, number] {
  if (Number.isFinite(x) && !Number.isFinite(d) && !Number.isNaN(d))
    return [1, x * Math.sign(d) < 0 ? 1 : -0];
  const whole = Math.round((x - floorMod(x, d)) / d);
  return [1, -(Number.isFinite(floorMod(x, d)) ? whole : Math.floor(x / d))];
}

function powSlopes(a: number, b: number): readonly [number, number] {
  const byExponent = a === 0 && b >= 0 ? 0 : power(a, b) * Math.log(a);
  return [b === 0 ? 0 : b * power(a, b - 1), byExponent];
}

/** IEEE's pow: 1 to any power is 1, of which JavaScript makes NaN. */
const power = (a: number, b: number): number =>
  a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;

/** Whether a number is 0 or clear of those, in float32, that may be taken for 0. */
const isNormal = (x: number): boolean => x === 0 || !(Math.abs(x) < 2 ** -125);

const small = 0.01;

/** Every op that works element by element and isn't a special function, for which goldens/ has values. */
export const pointwise: Readonly<Record<string, PointwiseRule>> = {
  neg: unary(
    (x) => x.neg(),
    (x) => -x,
    () => -1,
    { also: whole },
  ),
  abs: unary((x) => x.abs(), Math.abs, sign, { also: bytes }),
  sign: unary((x) => x.sign(), sign, undefined, { also: bytes }),
  heaviside: unary(heaviside, (x) => step(x > 0, x)),
  relu: unary(
    (x) => x.relu(),
    (x) => Math.max(x, 0),
    (x) => step(x > 0, x),
  ),
  sigmoid: unary(
    (x) => x.sigmoid(),
    sigmoid,
    (x) => sigmoid(x) * sigmoid(-x),
  ),
  quickSigmoid: unary(quickSigmoid, sigmoid, (x) => sigmoid(x) * sigmoid(-x), { slack: 2 }),
  tanh: unary(
    (x) => x.tanh(),
    Math.tanh,
    (x) => 1 - Math.tanh(x) ** 2,
    { slack: 2 },
  ),
  softplus: unary((x) => x.softplus(), softplus, sigmoid),
  logSigmoid: unary(
    (x) => x.logSigmoid(),
    (x) => -softplus(-x),
    (x) => sigmoid(-x),
  ),
  logSigmoidOfMagnitude: unary(
    logSigmoidOfMagnitude,
    (x) => -softplus(-Math.abs(x)),
    (x) => sign(x) * sigmoid(-Math.abs(x)),
    { slack: 2 },
  ),
  silu: unary(
    (x) => x.silu(),
    (x) => x * sigmoid(x),
    (x) => sigmoid(x) + x * sigmoid(x) * sigmoid(-x),
    { slack: 2 },
  ),
  elu: unary(
    (x) => x.elu(),
    (x) => (x > 0 ? x : Math.expm1(x)),
    (x) => (x > 0 ? 1 : Math.exp(x)),
  ),
  leakyRelu: unary(
    (x) => x.leakyRelu(small),
    (x) => (x > 0 ? x : small * x),
    (x) => (x > 0 ? 1 : step(true, x) * small),
  ),
  exp: unary((x) => x.exp(), Math.exp, Math.exp),
  log: unary(
    (x) => x.log(),
    Math.log,
    (x) => 1 / x,
  ),
  log1p: unary(
    (x) => x.log1p(),
    Math.log1p,
    (x) => 1 / (1 + x),
  ),
  expm1: unary((x) => x.expm1(), Math.expm1, Math.exp),
  square: unary(
    (x) => x.square(),
    (x) => x * x,
    (x) => 2 * x,
    { also: bytes },
  ),
  sqrt: unary(
    (x) => x.sqrt(),
    Math.sqrt,
    (x) => 0.5 / Math.sqrt(x),
  ),
  reciprocal: unary(
    (x) => x.reciprocal(),
    (x) => 1 / x,
    (x) => -((1 / x) ** 2),
  ),
  sin: unary((x) => x.sin(), Math.sin, Math.cos),
  cos: unary(
    (x) => x.cos(),
    Math.cos,
    (x) => -Math.sin(x),
  ),
  atan: unary(
    (x) => x.atan(),
    Math.atan,
    (x) => 1 / (1 + x * x),
  ),
  floor: unary((x) => x.floor(), Math.floor),
  ceil: unary((x) => x.ceil(), Math.ceil),
  round: unary((x) => x.round(), even),
  isNan: unary(
    (x) => x.isNan(),
    (x) => Number(Number.isNaN(x)),
  ),
  isFinite: unary(
    (x) => x.isFinite(),
    (x) => Number(Number.isFinite(x)),
  ),
  clamp: unary(
    (x) => x.clamp(-1, 20),
    (x) => Math.min(Math.max(x, -1), 20),
    (x) => step(x >= -1 && x <= 20, x),
    { also: whole },
  ),
  stopGradient: unary(
    (x) => x.stopGradient(),
    (x) => x,
    () => 0,
    { also: bytes },
  ),
  cast: unary(
    (x) => x.cast(x.dtype === "float32" ? "float64" : "float32").cast(x.dtype),
    Math.fround,
    () => 1,
  ),
  add: binary(
    (a, b) => a.add(b),
    (a, b) => a + b,
    () => [1, 1],
    { also: whole },
  ),
  addAlike: binary(
    (a, b) => a.addAlike(b),
    (a, b) => a + b,
    () => [1, 1],
    { also: whole },
  ),
  sub: binary(
    (a, b) => a.sub(b),
    (a, b) => a - b,
    () => [1, -1],
    { also: whole },
  ),
  mul: binary(
    (a, b) => a.mul(b),
    (a, b) => a * b,
    (a, b) => [b, a],
    { also: whole },
  ),
  div: binary(
    (a, b) => a.div(b),
    (a, b) => a / b,
    (a, b) => [1 / b, -((1 / b) * (a / b))],
    { takes: (a, b) => Number.isFinite(a) || isNormal(1 / b) },
  ),
  pow: binary(pow, power, powSlopes, { takes: (a, b) => isNormal(power(a, b)) }),
  atan2: binary(
    (a, b) => a.atan2(b),
    (a, b) => Math.atan2(a + 0, b + 0),
    (a, b) => [b / Math.hypot(a, b) / Math.hypot(a, b), -a / Math.hypot(a, b) / Math.hypot(a, b)],
  ),
  floorMod: binary((a, b) => a.floorMod(b), floorMod, floorModSlopes, {
    takes: (a, b) => a === 0 || Math.abs(a / b) > 1e-307,
  }),
  maximum: binary(
    (a, b) => a.maximum(b),
    (a, b) => Math.max(a, b),
    (a, b) => chosen(a >= b, a, b),
    { also: whole },
  ),
  minimum: binary(
    (a, b) => a.minimum(b),
    (a, b) => Math.min(a, b),
    (a, b) => chosen(a <= b, a, b),
    { also: whole },
  ),
  less: comparison(
    (a, b) => a.less(b),
    (a, b) => a < b,
  ),
  lessEqual: comparison(
    (a, b) => a.lessEqual(b),
    (a, b) => a <= b,
  ),
  greater: comparison(
    (a, b) => a.greater(b),
    (a, b) => a > b,
  ),
  greaterEqual: comparison(
    (a, b) => a.greaterEqual(b),
    (a, b) => a >= b,
  ),
  equal: comparison(
    (a, b) => a.equal(b),
    (a, b) => a === b,
  ),
  and: binary(
    (a, b) => a.greater(0).and(b.greater(0)),
    (a, b) => Number(a > 0 && b > 0),
  ),
  or: binary(
    (a, b) => a.greater(0).or(b.greater(0)),
    (a, b) => Number(a > 0 || b > 0),
  ),
  not: unary(
    (x) => x.greater(0).not(),
    (x) => Number(!(x > 0)),
  ),
  where: {
    operands: 3,
    build: (a, b, c) => a.greater(0).where(b, c),
    value: (a, b, c) => (a > 0 ? b : c),
    slopes: (a) => [0, Number(a > 0), Number(!(a > 0))],
    also: bytes,
  },
};

/** Numbers at which to try an op in a dtype. */
export function pointsOf(dtype: DType, few: boolean): number[] {
  if (!isFloat(dtype))
    return dtype === "uint8" ? [0, 1, 2, 17, 255] : [0, 1, 2, 3, 7, -1, -2, -9, 40000, -46341];
  const [tiny, huge] =
    dtype === "float64" ? [2 ** -1022, Number.MAX_VALUE] : [2 ** -126, 2 ** 128 - 2 ** 104];
  const sizes = few
    ? [0, tiny, 1e-5, 0.5, 1, 2, 3, 1e5, huge, Infinity]
    : [0, tiny, 1e-20, 1e-5, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 3, 20, 50, 100, 800, 1e5, 1e18, huge, Infinity];
  const rounded = dtype === "float64" ? sizes : sizes.map(Math.fround);
  return [Number.NaN, ...rounded, ...rounded.map((x) => -x)];
}

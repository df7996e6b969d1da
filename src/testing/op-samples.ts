import { constant, type Expr, input } from "../graph/index.js";
import { concat, customGradient, diagonalMatrix, iota, stack } from "../ops/index.js";
import { type FloatType, RandomStream, type Shape, type Tensor, tensor, toTensor } from "../tensor/index.js";

/** An expression that uses an op or method, of the inputs `a` [3, 4], `b` [4, 2], `positive` [3, 4], `places` [3, 4]. */
export interface OpSample {
  readonly name: string;
  build(inputs: SampleInputs): Expr;
}

/** What samples are built of. */
export interface SampleInputs {
  readonly a: Expr;
  readonly b: Expr;
  readonly positive: Expr;
  readonly places: Expr;
  readonly bytes: Expr;
}

/** Fresh inputs, with a named first dimension or not. */
export function sampleInputs(dtype: FloatType, rows: 3 | "rows" = 3): SampleInputs {
  const shape: Shape = [rows, 4];
  return {
    a: input("a", dtype, shape),
    b: input("b", dtype, [4, 2]),
    positive: input("positive", dtype, shape),
    places: input("places", "int32", shape),
    bytes: input("bytes", "uint8", shape),
  };
}

/** Numbers for the inputs: normals clear of ties and kinks, positives from 0.2 to 2. */
export function sampleFeeds(dtype: FloatType): Record<string, Tensor> {
  const drawn = (name: string, shape: number[]): Tensor<"float64"> => {
    const value = tensor("float64", shape);
    new RandomStream(11, name).normal(value.data, 0);
    value.data.forEach((x, i) => (value.data[i] = Math.fround(x)));
    return value;
  };
  const positive = drawn("positive", [3, 4]);
  positive.data.forEach((x, i) => (positive.data[i] = Math.fround(0.2 + 1.8 / (1 + Math.exp(-x)))));
  return {
    a: toTensor(drawn("a", [3, 4]), dtype),
    b: toTensor(drawn("b", [4, 2]), dtype),
    positive: toTensor(positive, dtype),
    places: tensor("int32", [3, 4], Int32Array.of(0, 3, 1, 1, 2, 2, 0, 3, 3, 1, 0, 2)),
    bytes: tensor("uint8", [3, 4], Uint8Array.of(0, 255, 17, 4, 99, 128, 1, 2, 3, 200, 30, 31)),
  };
}

const sample = (name: string, build: (inputs: SampleInputs) => Expr): OpSample => ({ name, build });
const float = (x: Expr, like: Expr): Expr => x.cast(like.dtype);

/** One or more samples of every op and method, named after it; all give floats. */
export const opSamples: readonly OpSample[] = [
  sample("add", ({ a, positive }) => a.add(positive)),
  sample("addAlike", ({ a, positive }) => a.abs().addAlike(positive)),
  sample("sub", ({ a, positive }) => a.sub(positive.mean(0))),
  sample("mul", ({ a, positive }) => a.mul(positive.slice(1, 0, 1))),
  sample("div", ({ a, positive }) => a.div(positive)),
  sample("neg", ({ a }) => a.neg()),
  sample("abs", ({ a }) => a.abs()),
  sample("sign", ({ a }) => a.sign()),
  sample("relu", ({ a }) => a.relu()),
  sample("sigmoid", ({ a }) => a.mul(5).sigmoid()),
  sample("tanh", ({ a }) => a.tanh()),
  sample("softplus", ({ a }) => a.mul(5).softplus()),
  sample("logSigmoid", ({ a }) => a.mul(5).logSigmoid()),
  sample("silu", ({ a }) => a.silu()),
  sample("elu", ({ a }) => a.elu()),
  sample("leakyRelu", ({ a }) => a.leakyRelu(0.2)),
  sample("exp", ({ a }) => a.exp()),
  sample("log", ({ positive }) => positive.log()),
  sample("log1p", ({ positive }) => positive.mul(0.01).log1p()),
  sample("expm1", ({ a }) => a.mul(0.01).expm1()),
  sample("square", ({ a }) => a.square()),
  sample("sqrt", ({ positive }) => positive.sqrt()),
  sample("reciprocal", ({ positive }) => positive.reciprocal()),
  sample("pow", ({ a, positive }) => positive.pow(a)),
  sample("pow", ({ a }) => a.pow(3)),
  sample("sin", ({ a }) => a.sin()),
  sample("cos", ({ a }) => a.cos()),
  sample("atan", ({ a }) => a.atan()),
  sample("atan2", ({ a, positive }) => a.atan2(positive.sub(1))),
  sample("mulAdd", ({ a, positive }) => a.mulAdd(positive, positive.mean())),
  sample("lgamma", ({ positive }) => positive.lgamma()),
  sample("digamma", ({ positive }) => positive.digamma()),
  sample("trigamma", ({ positive }) => positive.trigamma()),
  sample("erf", ({ a }) => a.erf()),
  sample("floor", ({ a }) => a.mul(3).floor()),
  sample("ceil", ({ a }) => a.mul(3).ceil()),
  sample("round", ({ a }) => a.mul(3).round()),
  sample("floorMod", ({ a }) => a.floorMod(0.7)),
  sample("less", ({ a, positive }) => float(a.less(positive), a)),
  sample("lessEqual", ({ a, positive }) => float(a.lessEqual(positive), a)),
  sample("greater", ({ a }) => float(a.greater(0), a)),
  sample("greaterEqual", ({ a }) => float(a.greaterEqual(0), a)),
  sample("equal", ({ a, places }) => float(places.equal(1), a)),
  sample("and", ({ a }) => float(a.less(1).and(a.greater(-1)), a)),
  sample("or", ({ a }) => float(a.less(-1).or(a.greater(1)), a)),
  sample("not", ({ a }) => float(a.less(0).not(), a)),
  sample("isNan", ({ a }) => float(a.isNan(), a)),
  sample("isFinite", ({ a }) => float(a.isFinite(), a)),
  sample("where", ({ a, positive }) => a.less(0).where(positive, a)),
  sample("maximum", ({ a, positive }) => a.maximum(positive.sub(1))),
  sample("minimum", ({ a, positive }) => a.minimum(positive.sub(1))),
  sample("clamp", ({ a }) => a.clamp(-0.5, 0.7)),
  sample("cast", ({ a, places }) => places.cast(a.dtype).mul(a)),
  sample("dequantize", ({ a, bytes }) => bytes.dequantize(1 / 255, a.dtype as FloatType).mul(a)),
  sample("expand", ({ a }) =>
    a
      .unsqueeze(0)
      .expand([2, ...a.shape], undefined)
      .square(),
  ),
  sample("sumTo", ({ a }) => a.sumTo([4])),
  sample("sum", ({ a }) => a.sum(0)),
  sample("mean", ({ a }) => a.mean(1, true)),
  sample("max", ({ a }) => a.max(1)),
  sample("min", ({ a }) => a.min(0, true)),
  sample("count", ({ a }) => a.sum().div(a.count(0))),
  sample("prod", ({ positive }) => positive.prod(1)),
  sample("logSumExp", ({ a }) => a.logSumExp(0)),
  sample("softmax", ({ a }) => a.softmax()),
  sample("logSoftmax", ({ a }) => a.logSoftmax(0)),
  sample("gather", ({ a, places }) => a.gather(places.max(0), 1)),
  sample("takeAlong", ({ a, places }) => a.takeAlong(places)),
  sample("oneHot", ({ a, places }) => places.oneHot(4, a.dtype as FloatType)),
  sample("iota", ({ a }) => a.mul(iota(4).cast(a.dtype))),
  sample("reshape", ({ a }) => a.reshape([-1, 2, 2])),
  sample("transpose", ({ a }) => a.transpose().exp()),
  sample("matrixTranspose", ({ a }) => a.reshape([-1, 2, 2]).matrixTranspose()),
  sample("unsqueeze", ({ a }) => a.unsqueeze(1).mul(a.unsqueeze(0))),
  sample("squeeze", ({ a }) => a.slice(1, 0, 1).squeeze(1)),
  sample("matmul", ({ a, b }) => a.matmul(b)),
  sample("matmul", ({ a, b }) => a.matmul(b).add(1).tanh().matmul(b.matrixTranspose())),
  sample("matmul", ({ a }) => a.unsqueeze(1).matmul(a.unsqueeze(2))),
  sample("argsort", ({ a }) => float(a.argsort(), a)),
  sample("sort", ({ a }) => a.sort(1, true)),
  sample("argmax", ({ a }) => float(a.argmax(), a)),
  sample("cumsum", ({ a }) => a.cumsum(1, { reverse: true })),
  sample("slice", ({ a }) => a.slice(1, 0, 4, 2)),
  sample("pad", ({ a }) => a.pad(1, 1, 2, 0.5)),
  sample("reverse", ({ a }) => a.reverse(1)),
  sample("averagePool", ({ a }) => a.averagePool([{ axis: 1, size: 3, stride: 1, padding: 1 }])),
  sample("maxPool", ({ a }) => a.maxPool([{ axis: 1, size: 2 }])),
  sample("upsample", ({ a }) => a.upsample(1, 2, "linear")),
  sample("upsample", ({ a }) => a.upsample(1, 3)),
  sample("pixelShuffle", ({ a }) => a.unsqueeze(1).pixelShuffle(2, 1)),
  sample("reflect", ({ a }) => a.reflect(1, 2, 1)),
  sample("split", ({ a }) => (a.split(1, [1, 3])[1] as Expr).mul(2)),
  sample("concat", ({ a, positive }) => concat([a, positive])),
  sample("stack", ({ a, positive }) => stack([a, positive], 1)),
  sample("tril", ({ b }) => b.tril(-1)),
  sample("triu", ({ b }) => b.triu()),
  sample("diagonal", ({ a }) => a.reshape([-1, 2, 2]).diagonal()),
  sample("diagonalMatrix", ({ a }) => diagonalMatrix(a)),
  sample("stopGradient", ({ a }) => a.stopGradient().mul(a)),
  sample("customGradient", ({ a }) => customGradient(a.round(), [a], (g) => [g.mul(2)])),
  sample("constant", ({ a }) => a.mul(constant([1, -2, 0.5, 3], a.dtype))),
];

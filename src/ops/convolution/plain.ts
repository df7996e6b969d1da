import { defineOp, type Emitter, type Expr, type OnnxAttribute, type OpDef } from "../../graph/index.js";
import { area, coarseOf, type Geometry, reach } from "./geometry.js";
import { convDown, convUp, convWeights } from "./convolution.js";

/*
 * Convolutions as ONNX has them, [batch, channels, ...image], for exported models, whose weights are constants: any engine
 * then lays them out as it likes, and files are what others expect. ONNX Runtime has them for float32 alone.
 */

type Attributes = Readonly<Record<string, OnnxAttribute>>;

function attributesOf({ kernel, stride, dilation, before, after, groups }: Geometry): Attributes {
  return {
    kernel_shape: { ints: kernel },
    strides: { ints: stride },
    dilations: { ints: dilation },
    pads: { ints: [...before, ...after] },
    group: { int: groups },
  };
}

/** The channels' axis second. */
export function channelsFirst(x: Expr): Expr {
  const axes = [...x.shape.keys()];
  return x.transpose([0, x.rank - 1, ...axes.slice(1, -1)]);
}

/** The channels' axis last. */
export function channelsLast(x: Expr): Expr {
  const axes = [...x.shape.keys()];
  return x.transpose([0, ...axes.slice(2), 1]);
}

function requireFloat32({ dtype }: Expr): void {
  if (dtype !== "float32") throw new Error(`takes float32, got ${dtype}`);
}

function sumOfChannels(grad: Expr): Expr {
  return grad.sum([...grad.shape.keys()].filter((axis) => axis !== 1));
}

function plainOp(
  name: string,
  lower: (emit: Emitter, inputs: readonly string[], geometry: Geometry) => string,
  apply: (x: Expr, w: Expr, geometry: Geometry) => Expr,
  gradient: (x: Expr, w: Expr, grad: Expr, geometry: Geometry) => readonly [Expr, Expr],
): (inputs: readonly Expr[], geometry: Geometry) => Expr {
  const op: OpDef<Geometry> = {
    name,
    infer: (inputs, geometry) => {
      const [x, w] = inputs as [Expr, Expr];
      requireFloat32(x);
      const { dtype, shape } = channelsFirst(apply(channelsLast(x), w, geometry));
      return { dtype, shape };
    },
    gradient: ({ inputs, grad, attrs }) => {
      const [x, w, b] = inputs as [Expr, Expr, Expr?];
      const [dx, dw] = gradient(channelsLast(x), w, channelsLast(grad), attrs);
      return [channelsFirst(dx), dw, ...(b === undefined ? [] : [sumOfChannels(grad)])];
    },
    lower: (emit, inputs, _node, geometry) => lower(emit, inputs, geometry),
  };
  return defineOp(op);
}

const makeDown = plainOp(
  "conv",
  (emit, inputs, geometry) => emit.node("Conv", inputs, attributesOf(geometry)),
  convDown,
  (x, w, grad, geometry) => [convUp(grad, w, geometry), convWeights(x, grad, geometry)],
);

const makeUp = plainOp(
  "convTranspose",
  (emit, inputs, geometry) => {
    const { fine, stride, before, after } = geometry;
    const extra = coarseOf(geometry).map((length, axis) => {
      const least = (length - 1) * (stride[axis] ?? 1) + reach(geometry, axis);
      return (fine[axis] ?? 0) + (before[axis] ?? 0) + (after[axis] ?? 0) - least;
    });
    return emit.node("ConvTranspose", inputs, {
      ...attributesOf(geometry),
      ...(area(extra.map((by) => 1 + by)) > 1 && { output_padding: { ints: extra } }),
    });
  },
  convUp,
  (y, w, grad, geometry) => [convDown(grad, w, geometry), convWeights(grad, y, geometry)],
);

/** `convDown` and a bias [channels], as ONNX's Conv; float32. */
export function plainDown(x: Expr, w: Expr, bias: Expr | undefined, geometry: Geometry): Expr {
  const inputs = [channelsFirst(x), w, ...(bias ? [bias] : [])];
  return channelsLast(makeDown(inputs, geometry));
}

/** `convUp` and a bias [channels], as ONNX's ConvTranspose; float32. */
export function plainUp(y: Expr, w: Expr, bias: Expr | undefined, geometry: Geometry): Expr {
  const inputs = [channelsFirst(y), w, ...(bias ? [bias] : [])];
  return channelsLast(makeUp(inputs, geometry));
}

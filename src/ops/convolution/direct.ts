import { defineOp, type Expr, type OpDef, type Target } from "../../graph/index.js";
import type { Dim } from "../../tensor/index.js";
import { blocked, unblocked } from "../blocked.js";
import { downForm } from "./forms.js";
import { coarseOf, type Geometry } from "./geometry.js";

/*
 * ONNX Runtime's own convolution of blocked images, which its optimizer puts into trained models and which takes weights
 * that change just as well: no columns, and at the speed of the largest products. It is made by `simplify`, after
 * gradients were taken, for engines that say that they have it.
 */

/** The operator, and how engines name it that have it with blocks of so many channels. */
const operator = "com.microsoft.nchwc.Conv";
export const directConvolution = (block: number): string => `${operator}/${block}`;

const blockSizes = [16, 8];

/** The channels of a block of the engine's direct convolution, or undefined if it has none. */
export function directBlock({ extensions }: Target): number | undefined {
  return blockSizes.find((block) => extensions.includes(directConvolution(block)));
}

/** How the kernel lies over a blocked image. */
export interface DirectAttrs {
  readonly block: number;
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** A short last axis of channels: images that are not blocked, [batch, channels, height, width]. */
const isPlain = (x: Expr): boolean => x.rank === 4;

function geometryOf(x: Expr, w: Expr, attrs: DirectAttrs): Geometry {
  const fine = x.shape.slice(2, 4) as number[];
  const kernel = w.shape.slice(2, 4) as number[];
  const { stride, dilation, before, after } = attrs;
  return { fine, kernel, stride, dilation, before, after, groups: 1 };
}

/** Weights of blocks [out / block, in / block, ...kernel, block in, block out] as [out, in, ...kernel]. */
function plainWeights(w: Expr, plain: boolean): Expr {
  const [out, inner, height, width] = w.shape as number[] as [number, number, number, number];
  const block = w.shape.at(-1) as number;
  const order = plain ? [0, 4, 1, 2, 3] : [0, 5, 1, 4, 2, 3];
  return w.transpose(order).reshape([out * block, plain ? inner : inner * block, height, width]);
}

const op: OpDef<DirectAttrs> = {
  name: "directConv",
  infer: (inputs, attrs) => {
    const [x, w] = inputs as [Expr, Expr];
    const out = coarseOf(geometryOf(x, w, attrs));
    return { dtype: x.dtype, shape: [x.shape[0], w.shape[0], ...out, attrs.block] as Dim[] };
  },
  gradient: () => {
    throw new Error("directConv is made after gradients were taken");
  },
  lower: (emit, [x, w, bias], node, { stride, dilation, before, after, block }) => {
    const [image, weights] = node.inputs as [Expr, Expr];
    const ints = (shape: readonly Dim[]): string =>
      emit.ints(shape.map((dim) => (typeof dim === "number" ? dim : -1)));
    const joined = ([first, count, height, width]: readonly Dim[], by: number): readonly Dim[] =>
      [first, (count as number) * by, height, width] as Dim[];
    const flat = isPlain(image)
      ? (x as string)
      : emit.node("Reshape", [x as string, ints(joined(image.shape, block))]);
    const [out, inner, ...kernel] = weights.shape as number[] as [number, number, ...number[]];
    const channels = isPlain(image) ? inner : inner * block;
    const matrix = emit.node("Reshape", [w as string, ints([out * block, channels, ...kernel.slice(0, 2)])]);
    const y = emit.node(operator, [flat, matrix, ...(bias === undefined ? [] : [bias])], {
      kernel_shape: { ints: kernel.slice(0, 2) },
      strides: { ints: stride },
      dilations: { ints: dilation },
      pads: { ints: [...before, ...after] },
    });
    return emit.node("Reshape", [y, ints(node.shape)]);
  },
  // What it means, for engines without it: the same by the forms that all have.
  simplify: (node, target) => {
    const attrs = node.attrs as unknown as DirectAttrs;
    if (directBlock(target) === attrs.block) return undefined;
    const [x, w, bias] = node.inputs as [Expr, Expr, Expr?];
    const plain = isPlain(x);
    const image = plain ? x.transpose([0, 2, 3, 1]) : unblocked(x, attrs.block);
    const y = downForm(image, plainWeights(w, plain), geometryOf(x, w, attrs));
    return blocked(bias === undefined ? y : y.add(bias), attrs.block);
  },
  simplifyPlus: ({ inputs, attrs, shape }, other) => {
    const [x, w, known] = inputs as [Expr, Expr, Expr?];
    const { block } = attrs as unknown as DirectAttrs;
    const fits = known === undefined && other.rank === 1 && other.shape[0] === (shape[1] as number) * block;
    return fits ? make([x, w, other], attrs as unknown as DirectAttrs) : undefined;
  },
};

const make = defineOp(op);

/**
 * Images [batch, in / block, height, width, block] and weights [out / block, in / block, ...kernel, block in, block out] to
 * [batch, out / block, ...image out, block]; also of images [batch, in, height, width] of fewer channels than a block
 * with weights [out / block, in, ...kernel, block out].
 */
export function directConv(x: Expr, w: Expr, attrs: DirectAttrs): Expr {
  return make([x, w], attrs);
}

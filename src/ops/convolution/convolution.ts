import { defineOp, type Expr, type OpDef } from "../../graph/index.js";
import { type Dim, formatShape, type Shape } from "../../tensor/index.js";
import { requireKind } from "../elementwise.js";
import { coarseOf, type Geometry, requireFit } from "./geometry.js";
import { directBlock } from "./direct.js";
import { directDown, directUp, directWeights } from "./direct-forms.js";
import { downForm, upForm, weightsForm } from "./forms.js";

/*
 * The three ops between a fine side x, a coarse side y and weights w: each is the gradient of the others, by two of the
 * three of sum(y * down(x, w)). They never reach an engine: `simplify` writes them as products of gathered blocks.
 */

/** Two of image, coarser image and weights to the third. */
export type Form = (a: Expr, b: Expr, geometry: Geometry) => Expr;

function text(x: Expr): string {
  return `${x.dtype}${formatShape(x.shape)}`;
}

/** Channels of one side [batch, ...space, channels]; throws if it is not of that space. */
function channelsOf(x: Expr, space: readonly number[]): number {
  requireKind(x, "float");
  const channels = x.shape.at(-1);
  const fits = x.rank === space.length + 2 && space.every((length, i) => x.shape[i + 1] === length);
  if (fits && typeof channels === "number") return channels;
  throw new Error(`an image must be [batch, ${space.join(", ")}, channels], got ${text(x)}`);
}

function requireWeights(w: Expr, coarse: number, fine: number, { groups, kernel }: Geometry): void {
  const shape = [coarse, fine / groups, ...kernel];
  if (w.shape.join() === shape.join() && coarse % groups === 0) return;
  throw new Error(
    `weights for ${coarse} and ${fine} channels in ${groups} groups must be ${formatShape(shape)}, got ${text(w)}`,
  );
}

function requireSameType(a: Expr, b: Expr): void {
  if (a.dtype !== b.dtype) throw new Error(`takes one dtype, got ${text(a)} and ${text(b)}`);
}

/** The form as a direct convolution of blocks of so many channels, or undefined. */
type DirectForm = (a: Expr, b: Expr, geometry: Geometry, block: number) => Expr | undefined;

/** An op of two operands that is written as a form: the direct one where the engine has it, for float32. */
function convolutionOp(
  name: string,
  form: Form,
  direct: DirectForm,
  shapeOf: (a: Expr, b: Expr, geometry: Geometry) => Shape,
  gradient: (a: Expr, b: Expr, grad: Expr, geometry: Geometry) => readonly [Expr, Expr],
): (a: Expr, b: Expr, geometry: Geometry) => Expr {
  const op: OpDef<Geometry> = {
    name,
    infer: (inputs, geometry) => {
      const [a, b] = inputs as [Expr, Expr];
      requireSameType(a, b);
      return { dtype: a.dtype, shape: shapeOf(a, b, geometry) };
    },
    gradient: ({ inputs, grad, attrs }) => gradient(inputs[0] as Expr, inputs[1] as Expr, grad, attrs),
    lower: () => {
      throw new Error(`${name} is written as other ops before it is lowered`);
    },
    simplify: ({ inputs, attrs, dtype }, target) => {
      const [a, b] = inputs as [Expr, Expr];
      const geometry = attrs as unknown as Geometry;
      const block = dtype === "float32" ? directBlock(target) : undefined;
      const found = block === undefined ? undefined : direct(a, b, geometry, block);
      return found ?? form(a, b, geometry);
    },
  };
  const make = defineOp(op);
  return (a, b, geometry) => {
    requireFit(name, geometry);
    return make([a, b], geometry);
  };
}

/** x [batch, ...fine, channels] and w [coarse channels, fine channels / groups, ...kernel] to [batch, ...coarse, channels]. */
export const convDown: Form = convolutionOp(
  "convDown",
  downForm,
  directDown,
  (x, w, geometry) => {
    const [coarse] = w.shape as [number];
    requireWeights(w, coarse, channelsOf(x, geometry.fine), geometry);
    return [x.shape[0] as Dim, ...coarseOf(geometry), coarse];
  },
  (x, w, grad, geometry) => [convUp(grad, w, geometry), convWeights(x, grad, geometry)],
);

/** y [batch, ...coarse, channels] and w as `convDown` has it to [batch, ...fine, channels]. */
export const convUp: Form = convolutionOp(
  "convUp",
  upForm,
  directUp,
  (y, w, geometry) => {
    const fine = (w.shape[1] as number) * geometry.groups;
    requireWeights(w, channelsOf(y, coarseOf(geometry)), fine, geometry);
    return [y.shape[0] as Dim, ...geometry.fine, fine];
  },
  (y, w, grad, geometry) => [convDown(grad, w, geometry), convWeights(grad, y, geometry)],
);

/** x and y as `convDown` takes and gives them to the gradient of its weights by y's. */
export const convWeights: Form = convolutionOp(
  "convWeights",
  weightsForm,
  directWeights,
  (x, y, geometry) => {
    const fine = channelsOf(x, geometry.fine);
    const coarse = channelsOf(y, coarseOf(geometry));
    if (x.shape[0] !== y.shape[0] || fine % geometry.groups !== 0 || coarse % geometry.groups !== 0) {
      throw new Error(`${text(x)} and ${text(y)} don't fit ${geometry.groups} groups`);
    }
    return [coarse, fine / geometry.groups, ...geometry.kernel];
  },
  (x, y, grad, geometry) => [convUp(y, grad, geometry), convDown(x, grad, geometry)],
);

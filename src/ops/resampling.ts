import { Expr, requireExpression } from "../graph/index.js";
import { be, formatShape, requireArgument, type Shape, UserError } from "../tensor/index.js";
import { axisOf, lengthOf } from "./axes.js";
import { concat, stack } from "./slice.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** `scale` elements for each along an axis: repeated (`nearest`, default), or interpolated between centres (`linear`). */
    upsample(axis: number, scale: number, mode?: UpsampleMode): Expr;
    /**
     * [..., a, b, c r r] as [..., a r, b r, c]: sub-pixel convolution's rearrangement (Shi et al., 2016) with channels last;
     * `spatial` axes before the channels, default 2. PyTorch's `pixel_shuffle` with its channels' order.
     */
    pixelShuffle(factor: number, spatial?: number): Expr;
    /** `before` and `after` more elements along an axis, mirrored at the first and the last, which are not repeated. */
    reflect(axis: number, before: number, after: number): Expr;
  }
}

const upsampleModes = ["nearest", "linear"] as const;

/** How elements between the given ones are made up. */
export type UpsampleMode = (typeof upsampleModes)[number];

function requireFactor(op: string, factor: number): void {
  if (!Number.isInteger(factor) || factor < 1) {
    throw new UserError(`${op}: takes a whole number from 1, got ${factor}`, 2);
  }
}

/**
 * Element i of the result lies at (i + 0.5) / scale - 0.5 of x, as in PyTorch with `align_corners=False` and in ONNX with
 * `half_pixel`: each of `scale` phases is a weighted sum of x and of x moved by one, whose end is repeated.
 */
function linear(x: Expr, axis: number, scale: number): Expr {
  const length = lengthOf(x, axis, "upsample");
  if (length === 0) return x;
  const first = x.slice(axis, 0, 1);
  const last = x.slice(axis, length - 1);
  const before = concat([first, x.slice(axis, 0, length - 1)], axis);
  const after = concat([x.slice(axis, 1), last], axis);
  const phases = Array.from({ length: scale }, (_, i) => {
    const shift = (i + 0.5) / scale - 0.5;
    if (shift === 0) return x;
    return x.mul(1 - Math.abs(shift)).add((shift < 0 ? before : after).mul(Math.abs(shift)));
  });
  return stack(phases, axis + 1).reshape(scaled(x, axis, scale));
}

function scaled(x: Expr, axis: number, scale: number): Shape {
  const length = lengthOf(x, axis, "upsample");
  return x.shape.map((dim, i) => (i === axis ? length * scale : dim));
}

/** `scale` elements for each along an axis: repeated (`nearest`, default), or interpolated between centres (`linear`). */
export function upsample(x: Expr, axis: number, scale: number, mode: UpsampleMode = "nearest"): Expr {
  requireFactor("upsample", scale);
  requireArgument("upsample", "the mode", mode, be.oneOf(upsampleModes));
  const at = axisOf("upsample", x, axis);
  if (scale === 1) return x;
  if (mode === "linear") return linear(x, at, scale);
  const apart = x.unsqueeze(at + 1);
  const repeated = apart.shape.map((dim, i) => (i === at + 1 ? scale : dim));
  return apart.expand(repeated).reshape(scaled(x, at, scale));
}

/** [..., a, b, c r r] as [..., a r, b r, c], for `spatial` axes before the channels. */
export function pixelShuffle(x: Expr, factor: number, spatial = 2): Expr {
  requireExpression("pixelShuffle", x);
  requireFactor("pixelShuffle", factor);
  requireArgument("pixelShuffle", "spatial", spatial, be.whole(1));
  const lead = x.rank - 1 - spatial;
  if (lead < 0) {
    throw new Error(`pixelShuffle: ${formatShape(x.shape)} has no ${spatial} axes before the channels`);
  }
  const channels = lengthOf(x, x.rank - 1, "pixelShuffle") / factor ** spatial;
  if (!Number.isInteger(channels)) {
    const parts = factor ** spatial;
    throw new Error(`pixelShuffle: the channels of ${formatShape(x.shape)} don't divide by ${parts}`);
  }
  const factors = Array<number>(spatial).fill(factor);
  const apart = x.reshape([...x.shape.slice(0, -1), channels, ...factors]);
  const before = x.shape.slice(0, lead).map((_, i) => i);
  const woven = factors.flatMap((_, i) => [lead + i, lead + spatial + 1 + i]);
  const lengths = factors.map((_, i) => lengthOf(x, lead + i, "pixelShuffle") * factor);
  return apart
    .transpose([...before, ...woven, lead + spatial])
    .reshape([...x.shape.slice(0, lead), ...lengths, channels]);
}

/** `before` and `after` more elements along an axis, mirrored at the first and the last, which are not repeated. */
export function reflect(x: Expr, axis: number, before: number, after: number): Expr {
  const at = axisOf("reflect", x, axis);
  const length = lengthOf(x, at, "reflect");
  for (const count of [before, after]) {
    if (Number.isInteger(count) && count >= 0 && (count === 0 || count < length)) continue;
    throw new Error(
      `reflect: ${count} elements can't be mirrored along axis ${at} of ${formatShape(x.shape)}; at most ${length - 1}`,
    );
  }
  const parts = [
    ...(before > 0 ? [x.slice(at, 1, before + 1).reverse(at)] : []),
    x,
    ...(after > 0 ? [x.slice(at, length - 1 - after, length - 1).reverse(at)] : []),
  ];
  return concat(parts, at);
}

Expr.prototype.upsample = function (axis, scale, mode) {
  return upsample(this, axis, scale, mode);
};
Expr.prototype.pixelShuffle = function (factor, spatial) {
  return pixelShuffle(this, factor, spatial);
};
Expr.prototype.reflect = function (axis, before, after) {
  return reflect(this, axis, before, after);
};

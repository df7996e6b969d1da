import { type Expr, requireExpressions } from "../../graph/index.js";
import { be, type ChecksOf, formatShape, requireOptions, UserError } from "../../tensor/index.js";
import { convDown, convUp } from "./convolution.js";
import { type Geometry, requireFit } from "./geometry.js";

/** Zeros around an image: the same on both sides of every axis, of each axis, or before and after of each axis. */
export type Padding = number | readonly number[] | readonly (readonly [before: number, after: number])[];

/** How a kernel lies over an image; one number for all axes or one for each. */
export interface ConvolutionOptions {
  /** Pixels from one place of the kernel to the next; default 1. */
  readonly stride?: number | readonly number[];
  /**
   * Zeros around the image: a number, or `same` for ceil(length / stride) pixels out, the odd zero after (TensorFlow's and
   * Keras' rule; PyTorch's for stride 1), or `valid` for none. Default `valid`.
   */
  readonly padding?: Padding | "same" | "valid";
  /** Pixels between the kernel's numbers; default 1. */
  readonly dilation?: number | readonly number[];
  /** Parts into which channels are divided, each convolved by itself; default 1. */
  readonly groups?: number;
}

/** How a transposed convolution lies over what it puts out. */
export interface TransposedOptions extends Omit<ConvolutionOptions, "padding"> {
  /** What is cut off; `same` for length * stride pixels out. Default `valid`, nothing. */
  readonly padding?: Padding | "same" | "valid";
  /** Pixels added at the end, from 0 to below the stride; default 0. With padding `same` it must be left out. */
  readonly outputPadding?: number | readonly number[];
}

// numbers are read with the axes that they are for
const convolutionChecks = {
  stride: be.anything,
  padding: be.anything,
  dilation: be.anything,
  groups: be.whole(1),
} as const satisfies ChecksOf<ConvolutionOptions>;
const transposedChecks = {
  ...convolutionChecks,
  outputPadding: be.anything,
} as const satisfies ChecksOf<TransposedOptions>;

function whole(op: string, name: string, value: unknown, low: number): void {
  if (Number.isInteger(value) && (value as number) >= low) return;
  throw new UserError(`${op}: ${name} must be a whole number from ${low}, got ${JSON.stringify(value)}`, 2);
}

/** One number for each axis. */
export function perAxis(op: string, name: string, value: unknown, rank: number, low: number): number[] {
  const list = Array.isArray(value) ? (value as unknown[]) : Array.from({ length: rank }, () => value);
  for (const one of list) whole(op, name, one, low);
  if (list.length === rank) return list as number[];
  throw new UserError(`${op}: ${name} has ${list.length} numbers for an image of ${rank} axes`, 2);
}

interface Pads {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

function padsOf(op: string, padding: unknown, rank: number): Pads {
  if (padding === "valid") return padsOf(op, 0, rank);
  if (typeof padding === "string") {
    throw new UserError(
      `${op}: padding must be "same", "valid" or a number, got ${JSON.stringify(padding)}`,
      2,
    );
  }
  const pairs = Array.isArray(padding) && padding.some(Array.isArray);
  const side = (i: number): unknown =>
    pairs
      ? (padding as unknown[]).map((pair) => (Array.isArray(pair) ? (pair as unknown[])[i] : pair))
      : padding;
  return {
    before: perAxis(op, "padding", side(0), rank, 0),
    after: perAxis(op, "padding", side(1), rank, 0),
  };
}

type Kernel = Pick<Geometry, "kernel" | "stride" | "dilation" | "groups">;

function kernelOf(
  op: string,
  kernel: readonly number[],
  { stride = 1, dilation = 1, groups = 1 }: ConvolutionOptions,
): Kernel {
  whole(op, "groups", groups, 1);
  return {
    kernel,
    stride: perAxis(op, "stride", stride, kernel.length, 1),
    dilation: perAxis(op, "dilation", dilation, kernel.length, 1),
    groups,
  };
}

/** The zeros with which a fine side of `fine` has ceil(fine / stride) coarse pixels, the odd one after. */
function samePads({ kernel, stride, dilation }: Kernel, fine: readonly number[]): Pads {
  const totals = fine.map((length, axis) => {
    const by = stride[axis] ?? 1;
    const reach = ((kernel[axis] ?? 1) - 1) * (dilation[axis] ?? 1) + 1;
    return Math.max(0, (Math.ceil(length / by) - 1) * by + reach - length);
  });
  return {
    before: totals.map((total) => Math.floor(total / 2)),
    after: totals.map((total) => Math.ceil(total / 2)),
  };
}

/** How a convolution lies over an image of shape `space`. Throws a UserError that names the option or shape. */
export function convolutionGeometry(
  op: string,
  space: readonly number[],
  kernelShape: readonly number[],
  options: ConvolutionOptions,
): Geometry {
  const { padding = "valid" } = options;
  const kernel = kernelOf(op, kernelShape, options);
  const pads = padding === "same" ? samePads(kernel, space) : padsOf(op, padding, space.length);
  const geometry = { fine: [...space], ...kernel, ...pads };
  requireFit(op, geometry);
  return geometry;
}

/** How a transposed convolution lies that reads an image of shape `space`. Throws as `convolutionGeometry` does. */
export function transposedGeometry(
  op: string,
  space: readonly number[],
  kernelShape: readonly number[],
  options: TransposedOptions,
): Geometry {
  const { padding = "valid", outputPadding } = options;
  const kernel = kernelOf(op, kernelShape, options);
  const strides = kernel.stride;
  if (padding === "same") {
    if (outputPadding !== undefined && [outputPadding].flat().some((by) => by !== 0)) {
      throw new UserError(`${op}: padding "same" sets the size; leave outputPadding out`, 2);
    }
    const fine = space.map((length, axis) => length * (strides[axis] ?? 1));
    return { fine, ...kernel, ...samePads(kernel, fine) };
  }
  const pads = padsOf(op, padding, space.length);
  const more = perAxis(op, "outputPadding", outputPadding ?? 0, space.length, 0);
  const fine = space.map((length, axis) => {
    const by = strides[axis] ?? 1;
    const extra = more[axis] ?? 0;
    if (extra >= by) {
      throw new UserError(`${op}: outputPadding must be below the stride ${by}, got ${extra}`, 2);
    }
    const reach = ((kernelShape[axis] ?? 1) - 1) * (kernel.dilation[axis] ?? 1) + 1;
    return (length - 1) * by + reach + extra - (pads.before[axis] ?? 0) - (pads.after[axis] ?? 0);
  });
  if (fine.some((length) => length < 1)) {
    throw new UserError(
      `${op}: an image of ${formatShape(space)} would become ${formatShape(fine)}; take less padding`,
      2,
    );
  }
  return { fine, ...kernel, ...pads };
}

function spaceOf(op: string, x: Expr, w: Expr): readonly number[] {
  const rank = w.rank - 2;
  const space = x.shape.slice(1, -1);
  if (rank >= 1 && rank <= 3 && x.rank === w.rank && space.every((length) => typeof length === "number")) {
    return space;
  }
  throw new UserError(
    `${op}: takes x [batch, ...image, channels] with 1 to 3 axes of the image and weights with as many of the kernel, ` +
      `got ${formatShape(x.shape)} and ${formatShape(w.shape)}`,
    2,
  );
}

/**
 * Convolution (cross-correlation, as `torch.nn.functional.conv1d` to `conv3d`) of x [batch, ...image, channels] with
 * weights [out, channels / groups, ...kernel]: [batch, ...image out, out]. Images have 1 to 3 axes of fixed length.
 * Throws a UserError where the kernel is larger than the padded image, or an option is out of range.
 */
export function conv(x: Expr, w: Expr, options: ConvolutionOptions = {}): Expr {
  requireExpressions("conv", [x, w]);
  requireOptions("conv", options, convolutionChecks);
  const space = spaceOf("conv", x, w);
  return convDown(x, w, convolutionGeometry("conv", space, w.shape.slice(2) as number[], options));
}

/**
 * Transposed convolution (`torch.nn.functional.conv_transpose1d` to `3d`) of x [batch, ...image, channels] with weights
 * [channels, out / groups, ...kernel]: [batch, ...image out, out], each axis (length - 1) * stride + dilated kernel +
 * outputPadding - padding. Throws a UserError for an option out of range.
 */
export function convTranspose(x: Expr, w: Expr, options: TransposedOptions = {}): Expr {
  requireExpressions("convTranspose", [x, w]);
  requireOptions("convTranspose", options, transposedChecks);
  const space = spaceOf("convTranspose", x, w);
  const geometry = transposedGeometry("convTranspose", space, w.shape.slice(2) as number[], options);
  return convUp(x, w, geometry);
}

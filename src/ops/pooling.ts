import { Expr, requireExpression } from "../graph/index.js";
import { be, formatShape, requireArgument } from "../tensor/index.js";
import { axisOf, lengthOf } from "./axes.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** Mean of each window; zeros of the padding are counted, as PyTorch's default is. */
    averagePool(windows: readonly PoolWindow[]): Expr;
    /** Largest element of each window; of equals the first in row-major order gets the gradient, as in PyTorch. NaN where any is. */
    maxPool(windows: readonly PoolWindow[]): Expr;
  }
}

/** How windows lie along one axis of fixed length. */
export interface PoolWindow {
  readonly axis: number;
  /** Elements of a window. */
  readonly size: number;
  /** From the start of one window to that of the next; default `size`. */
  readonly stride?: number;
  /** Elements put before the first and after the last; at most half of `size`; default 0. */
  readonly padding?: number;
}

/** How many windows there are along an axis; what is left over at the end belongs to none. Throws an Error if there is none. */
export function windowsAlong(
  length: number,
  { size, stride = size, padding = 0 }: Omit<PoolWindow, "axis">,
): number {
  const whole = Number.isInteger(size) && Number.isInteger(stride) && Number.isInteger(padding);
  if (!whole || size < 1 || stride < 1 || padding < 0) {
    throw new Error(`size ${size}, stride ${stride} and padding ${padding} are no window`);
  }
  if (2 * padding > size) throw new Error(`padding ${padding} is more than half of the window's ${size}`);
  const count = Math.floor((length + 2 * padding - size) / stride) + 1;
  if (count < 1) throw new Error(`a window of ${size} is longer than the ${length + 2 * padding} there are`);
  return count;
}

/** The elements at each place of the windows: `size` nodes that all have one element a window. */
function places(op: string, x: Expr, window: PoolWindow, fill: number): Expr[] {
  const axis = axisOf(op, x, window.axis);
  const { size, stride = size, padding = 0 } = window;
  const length = lengthOf(x, axis, op);
  let count: number;
  try {
    count = windowsAlong(length, window);
  } catch (cause) {
    const where = `axis ${axis} of ${formatShape(x.shape)}`;
    throw new Error(`${op}: ${where}: ${(cause as Error).message}`, { cause });
  }
  const padded = x.pad(axis, padding, padding, fill);
  if (stride === size) {
    const lying = padded.slice(axis, 0, count * size);
    const apart = lying.reshape([...x.shape.slice(0, axis), count, size, ...x.shape.slice(axis + 1)]);
    return apart.split(axis + 1, Array<number>(size).fill(1)).map((part) => part.squeeze(axis + 1));
  }
  return Array.from({ length: size }, (_, i) => padded.slice(axis, i, i + (count - 1) * stride + 1, stride));
}

const someWindows = be.list(
  be.having(["axis", "size"], "an object of axis and size"),
  0,
  "[{ axis: 1, size: 2 }]",
);

/** The last axis first: where elements are equal, the first in row-major order then comes first. */
function pooled(
  op: string,
  x: Expr,
  windows: readonly PoolWindow[],
  fill: number,
  join: (a: Expr, b: Expr) => Expr,
): Expr {
  requireExpression(op, x);
  requireArgument(op, "windows", windows, someWindows);
  const inOrder = [...windows].sort((a, b) => axisOf(op, x, b.axis) - axisOf(op, x, a.axis));
  return inOrder.reduce((value, window) => places(op, value, window, fill).reduce(join), x);
}

/** Mean of each window; zeros of the padding are counted. */
export function averagePool(x: Expr, windows: readonly PoolWindow[]): Expr {
  const total = pooled("averagePool", x, windows, 0, (a, b) => a.add(b));
  const count = windows.reduce((product, { size }) => product * size, 1);
  return count === 1 ? total : total.div(count);
}

/** Largest element of each window; of equals the first in row-major order gets the gradient. NaN where any is. */
export function maxPool(x: Expr, windows: readonly PoolWindow[]): Expr {
  return pooled("maxPool", x, windows, Number.NEGATIVE_INFINITY, (a, b) => a.maximum(b));
}

Expr.prototype.averagePool = function (windows) {
  return averagePool(this, windows);
};
Expr.prototype.maxPool = function (windows) {
  return maxPool(this, windows);
};

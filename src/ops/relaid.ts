import { defineOp, type Emitter, type Expr, type OpDef } from "../graph/index.js";
import { type Dim, isStatic, type Shape, sizeOf, tensor } from "../tensor/index.js";

/** One pass over the elements: seen in a shape, the axes in another order. */
export interface Pass {
  readonly shape: Shape;
  readonly order: readonly number[];
  /** Look rows up, by a constant list, instead of transposing: ONNX Runtime would make one transpose of two passes. */
  readonly looksUp?: boolean;
}

interface RelaidAttrs {
  readonly passes: readonly Pass[];
  readonly shape: Shape;
}

/** A Reshape; the one dimension that may be known by name is what remains. */
export const lengths = (shape: readonly Dim[]): number[] =>
  shape.map((dim) => (typeof dim === "number" ? dim : -1));

/** Where the rows that keep their axes, the last ones, come from. */
function rowsOf(shape: readonly number[], order: readonly number[]): Int32Array {
  const steps = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  let rows = [0];
  for (const axis of order) {
    const [length, step] = [shape[axis] as number, steps[axis] as number];
    rows = rows.flatMap((row) => Array.from({ length }, (_, i) => row + i * step));
  }
  return Int32Array.from(rows);
}

function lowerPass(emit: Emitter, x: string, { shape, order, looksUp }: Pass): string {
  if (looksUp !== true || !isStatic(shape)) {
    const parts = emit.node("Reshape", [x, emit.ints(lengths(shape))]);
    return emit.node("Transpose", [parts], { perm: { ints: order } });
  }
  const kept = order.findLastIndex((axis, i) => axis !== i) + 1;
  const [outer, row] = [shape.slice(0, kept), sizeOf(shape.slice(kept))];
  const rows = rowsOf(outer, order.slice(0, kept));
  const table = emit.node("Reshape", [x, emit.ints([rows.length, row])]);
  return emit.node("Gather", [table, emit.constant(tensor("int32", [rows.length], rows))], {
    axis: { int: 0 },
  });
}

const op: OpDef<RelaidAttrs> = {
  name: "relaid",
  infer: (inputs, { shape }) => ({ dtype: (inputs[0] as Expr).dtype, shape }),
  gradient: ({ inputs, grad, attrs: { passes } }) => {
    const back = passes.reduceRight((x, { shape, order }) => {
      const turned = x.reshape(order.map((axis) => shape[axis] as Dim));
      return turned.transpose(order.map((_, axis) => order.indexOf(axis)));
    }, grad);
    return [back.reshape((inputs[0] as Expr).shape)];
  },
  lower: (emit, [x], _node, { passes, shape }) => {
    const turned = passes.reduce((at, pass) => lowerPass(emit, at, pass), x as string);
    return emit.node("Reshape", [turned, emit.ints(lengths(shape))]);
  },
};

const make = defineOp(op);
const made = new WeakMap<Expr, Map<string, Expr>>();

/**
 * The elements in another order, by passes that stay as they are: ONNX Runtime moves whole rows, and turns matrices, five
 * to eight times as fast as it reorders axes in general, so that two such passes beat the one transpose that they make up.
 * What was made of `x` before is made once.
 */
export function relaid(x: Expr, passes: readonly Pass[], shape: Shape): Expr {
  const known = made.get(x) ?? new Map<string, Expr>();
  made.set(x, known);
  const key = JSON.stringify([passes, shape]);
  const node = known.get(key) ?? make([x], { passes, shape });
  known.set(key, node);
  return node;
}

import { defineOp, type Emitter, Expr, type OpDef } from "../graph/index.js";
import {
  be,
  type ChecksOf,
  type Dim,
  type DType,
  formatShape,
  isFloat,
  requireOptions,
} from "../tensor/index.js";
import { axisOf, lengthOf } from "./axes.js";
import { requireKind } from "./elementwise.js";
import { lowerAnyNan, lowerNanMarks } from "./nan.js";
import { onnxType } from "./onnx-types.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** The int64 indices that sort along `axis` (default the last), ascending unless `descending`; NaN is largest, equals stay. */
    argsort(axis?: number, descending?: boolean): Expr;
    /** The elements in order along `axis` (default the last), ascending unless `descending`; NaN is largest. */
    sort(axis?: number, descending?: boolean): Expr;
    /** The int64 index of the largest element along `axis` (default the last), of a NaN if there is one; the first of equals. */
    argmax(axis?: number): Expr;
    /** The sum of the elements up to each along `axis` (default the last); `exclusive` leaves out the element itself. */
    cumsum(axis?: number, options?: CumsumOptions): Expr;
  }
}

/** How `cumsum` runs: from the end (`reverse`), without the element itself (`exclusive`); both default false. */
export interface CumsumOptions {
  readonly reverse?: boolean;
  readonly exclusive?: boolean;
}

const cumsumChecks = {
  reverse: be.boolean,
  exclusive: be.boolean,
} as const satisfies ChecksOf<CumsumOptions>;

interface ArgsortAttrs {
  readonly axis: number;
  readonly descending: boolean;
}

const argsortOp: OpDef<ArgsortAttrs> = {
  name: "argsort",
  infer: (inputs, { axis }) => {
    const x = inputs[0] as Expr;
    requireKind(x, "number");
    lengthOf(x, axis);
    return { dtype: "int64", shape: x.shape };
  },
  gradient: () => [null],
  lower: (emit, [x], node, { axis, descending }) => {
    if (node.shape.includes(0)) return emit.node("Cast", [x as string], { to: { int: onnxType.int64 } });
    const length = emit.ints([node.shape[axis] as number]);
    const attributes = { axis: { int: axis }, largest: { int: descending ? 1 : 0 }, sorted: { int: 1 } };
    const order = (of: string): string => emit.nodes("TopK", [of, length], attributes, 2)[1] as string;
    const { dtype } = node.inputs[0] as Expr;
    const topK = isFloat(dtype) ? (of: string) => nanLast(emit, of, dtype, axis, order) : order;
    const named = node.shape.findIndex((dim) => typeof dim === "string");
    if (named < 0) return topK(x as string);
    // ONNX Runtime divides by the number of rows, which ends the process if there are none: one more row.
    const pads = [...node.shape.map(() => 0), ...node.shape.map((_, i) => (i === named ? 1 : 0))];
    const places = topK(emit.node("Pad", [x as string, emit.ints(pads)]));
    return emit.node("Slice", [places, emit.ints([0]), emit.ints([-1]), emit.ints([named])]);
  },
};

/**
 * The places in which `order` puts the numbers, NaN as the largest; ONNX Runtime's comparisons put it anywhere. A
 * float32 has room above it in float64. In float64 NaN counts as infinity first, then what was NaN is put beyond
 * infinity, all else staying as it is.
 */
function nanLast(
  emit: Emitter,
  x: string,
  dtype: DType,
  axis: number,
  order: (of: string) => string,
): string {
  const along = { axis: { int: axis } };
  const isNan = emit.node("IsNaN", [x]);
  if (dtype === "float32") {
    const wide = emit.node("Cast", [x], { to: { int: onnxType.float64 } });
    const bounded = emit.node("Min", [wide, emit.scalar(Number.MAX_VALUE, "float64")]);
    return order(emit.node("Where", [isNan, emit.scalar(Number.POSITIVE_INFINITY, "float64"), bounded]));
  }
  const first = order(emit.node("Where", [isNan, emit.scalar(Number.POSITIVE_INFINITY, dtype), x]));
  const marks = emit.node("Cast", [isNan], { to: { int: onnxType[dtype] } });
  const second = order(emit.node("GatherElements", [marks, first], along));
  return emit.node("GatherElements", [first, second], along);
}

const makeArgsort = defineOp(argsortOp);

const makeArgmax = defineOp<{ readonly axis: number }>({
  name: "argmax",
  infer: (inputs, { axis }) => {
    const x = inputs[0] as Expr;
    requireKind(x, "number");
    if (x.shape[axis] === 0) throw new Error(`axis ${axis} of ${formatShape(x.shape)} has no elements`);
    return { dtype: "int64", shape: x.shape.filter((_: Dim, i) => i !== axis) };
  },
  gradient: () => [null],
  lower: (emit, [x], node, { axis }) => {
    const largest = (of: string): string =>
      emit.node("ArgMax", [of], { axis: { int: axis }, keepdims: { int: 0 } });
    const { dtype } = node.inputs[0] as Expr;
    if (!isFloat(dtype)) return largest(x as string);
    const marks = lowerNanMarks(emit, x as string, dtype);
    const found = lowerAnyNan(emit, marks, dtype, [axis], false);
    return emit.node("Where", [found, largest(marks), largest(x as string)]);
  },
});

interface CumsumAttrs {
  readonly axis: number;
  readonly reverse: boolean;
  readonly exclusive: boolean;
}

const makeCumsum = defineOp<CumsumAttrs>({
  name: "cumsum",
  infer: (inputs) => {
    const x = inputs[0] as Expr;
    requireKind(x, "signed");
    return { dtype: x.dtype, shape: x.shape };
  },
  gradient: ({ grad, attrs: { axis, reverse, exclusive } }) => [
    grad.cumsum(axis, { reverse: !reverse, exclusive }),
  ],
  lower: (emit, [x], _node, { axis, reverse, exclusive }) =>
    emit.node("CumSum", [x as string, emit.ints([axis])], {
      reverse: { int: reverse ? 1 : 0 },
      exclusive: { int: exclusive ? 1 : 0 },
    }),
});

Expr.prototype.argsort = function (axis = -1, descending = false) {
  return makeArgsort([this], { axis: axisOf("argsort", this, axis), descending });
};
Expr.prototype.sort = function (axis = -1, descending = false) {
  return this.takeAlong(this.argsort(axis, descending), axis);
};
Expr.prototype.argmax = function (axis = -1) {
  return makeArgmax([this], { axis: axisOf("argmax", this, axis) });
};
Expr.prototype.cumsum = function (axis = -1, options = {}) {
  requireOptions("cumsum", options, cumsumChecks);
  const { reverse = false, exclusive = false } = options;
  return makeCumsum([this], { axis: axisOf("cumsum", this, axis), reverse, exclusive });
};

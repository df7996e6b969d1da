import { defineOp, Expr, expressions, type OpDef } from "../graph/index.js";
import { be, type Dim, formatShape, requireArgument, UserError } from "../tensor/index.js";
import { axisOf, lengthOf } from "./axes.js";
import { turnedFrom } from "./orientation.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** Elements start, start + step, ... before `end` (default: to the end) along `axis`; negatives count from the end. */
    slice(axis: number, start: number, end?: number, step?: number): Expr;
    /** Zeros (or `value`) around: `before` and `after` along `axis`. */
    pad(axis: number, before: number, after: number, value?: number): Expr;
    /** The elements along `axis` in reverse order. */
    reverse(axis: number): Expr;
    /** Consecutive parts of the given lengths along `axis`. */
    split(axis: number, lengths: readonly number[]): Expr[];
  }
}

interface SliceAttrs {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

function withLength(x: Expr, axis: number, length: number): Dim[] {
  return x.shape.map((dim, i) => (i === axis ? length : dim));
}

const sliceOp: OpDef<SliceAttrs> = {
  name: "slice",
  infer: (inputs, { axis, start, end, step }) => {
    const x = inputs[0] as Expr;
    const length = Math.max(0, Math.ceil((end - start) / step));
    return { dtype: x.dtype, shape: withLength(x, axis, length) };
  },
  gradient: ({ inputs, output, grad, attrs }) => {
    const x = inputs[0] as Expr;
    const { axis, start, step } = attrs;
    const taken = lengthOf(output, axis);
    const spread =
      step === 1
        ? grad
        : grad
            .unsqueeze(axis + 1)
            .pad(axis + 1, 0, step - 1)
            .reshape(withLength(grad, axis, taken * step));
    const over = start + taken * step - lengthOf(x, axis);
    const fitted = over > 0 ? spread.slice(axis, 0, taken * step - over) : spread;
    return [fitted.pad(axis, start, Math.max(0, -over))];
  },
  lower: (emit, [x], _node, { axis, start, end, step }) =>
    emit.node("Slice", [
      x as string,
      emit.ints([start]),
      emit.ints([end]),
      emit.ints([axis]),
      emit.ints([step]),
    ]),
  simplify: ({ inputs, attrs }) => {
    const from = turnedFrom(inputs[0] as Expr);
    const slice = attrs as unknown as SliceAttrs;
    const axis = from?.order[slice.axis];
    return axis === undefined
      ? undefined
      : makeSlice([from?.source as Expr], { ...slice, axis }).transpose(from?.order);
  },
};

const makeSlice = defineOp(sliceOp);

/** Elements start, start + step, ... before `end` along `axis`; negative bounds count from the end. */
export function slice(x: Expr, axis: number, start: number, end?: number, step = 1): Expr {
  const at = axisOf("slice", x, axis);
  const length = lengthOf(x, at, "slice");
  if (!Number.isInteger(step) || step < 1)
    throw new UserError(`slice: step must be 1 or more, got ${String(step)}`, 2);
  if (!Number.isInteger(start) || !Number.isInteger(end ?? 0)) {
    throw new UserError(`slice: bounds must be integers, got ${String(start)} and ${String(end)}`, 2);
  }
  const bound = (i: number): number => Math.min(length, Math.max(0, i < 0 ? i + length : i));
  const from = bound(start);
  const to = Math.max(from, bound(end ?? length));
  if (from === 0 && to === length && step === 1) return x;
  return makeSlice([x], { axis: at, start: from, end: to, step });
}

interface PadAttrs {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
  readonly value: number;
}

const padOp: OpDef<PadAttrs> = {
  name: "pad",
  infer: (inputs, { axis, before, after }) => {
    const x = inputs[0] as Expr;
    return { dtype: x.dtype, shape: withLength(x, axis, lengthOf(x, axis) + before + after) };
  },
  gradient: ({ inputs, grad, attrs: { axis, before } }) => [
    grad.slice(axis, before, before + lengthOf(inputs[0] as Expr, axis)),
  ],
  lower: (emit, [x], node, { axis, before, after, value }) => {
    const pads = [
      ...node.shape.map((_, i) => (i === axis ? before : 0)),
      ...node.shape.map((_, i) => (i === axis ? after : 0)),
    ];
    return emit.node("Pad", [x as string, emit.ints(pads), emit.scalar(value, node.dtype)]);
  },
  simplify: ({ inputs, attrs }) => {
    const from = turnedFrom(inputs[0] as Expr);
    const padding = attrs as unknown as PadAttrs;
    const axis = from?.order[padding.axis];
    return axis === undefined
      ? undefined
      : makePad([from?.source as Expr], { ...padding, axis }).transpose(from?.order);
  },
};

const makePad = defineOp(padOp);

/** `before` and `after` elements of `value` (default 0) added along `axis`. */
export function pad(x: Expr, axis: number, before: number, after: number, value = 0): Expr {
  const at = axisOf("pad", x, axis);
  if (before === 0 && after === 0) return x;
  if (!(Number.isInteger(before) && Number.isInteger(after) && before >= 0 && after >= 0)) {
    throw new UserError(
      `pad: lengths must be integers, 0 or more, got ${String(before)} and ${String(after)}`,
      2,
    );
  }
  return makePad([x], { axis: at, before, after, value });
}

const makeReverse = defineOp<{ readonly axis: number }>({
  name: "reverse",
  infer: (inputs) => inputs[0] as Expr,
  gradient: ({ grad, attrs }) => [grad.reverse(attrs.axis)],
  lower: (emit, [x], _node, { axis }) =>
    emit.node("Slice", [
      x as string,
      emit.ints([-1]),
      emit.ints([Number.MIN_SAFE_INTEGER]),
      emit.ints([axis]),
      emit.ints([-1]),
    ]),
});

/** The sum of two paddings with zeros that lie side by side: joined, then padded. Undefined for all other nodes. */
export function joinedPaddings(a: Expr, b: Expr): Expr | undefined {
  const paddings = [a, b].map((node) =>
    node.op.name === "pad" ? (node.attrs as unknown as PadAttrs) : undefined,
  );
  const [first, second] = paddings;
  if (first === undefined || second === undefined) return undefined;
  if (first.axis !== second.axis || first.value !== 0 || second.value !== 0) return undefined;
  if (first.before > second.before) return joinedPaddings(b, a);
  const parts = [a, b].map((node) => node.inputs[0] as Expr);
  const between = second.before - first.before - lengthOf(parts[0] as Expr, first.axis);
  return between === 0 ? concat(parts, first.axis).pad(first.axis, first.before, second.after) : undefined;
}

interface ConcatAttrs {
  readonly axis: number;
}

const concatOp: OpDef<ConcatAttrs> = {
  name: "concat",
  infer: (inputs, { axis }) => {
    const [first, ...rest] = inputs as [Expr, ...Expr[]];
    for (const other of rest) {
      const fits =
        other.rank === first.rank && other.shape.every((dim, i) => i === axis || dim === first.shape[i]);
      if (!fits || other.dtype !== first.dtype) {
        throw new Error(
          `${first.dtype}${formatShape(first.shape)} and ${other.dtype}${formatShape(other.shape)} don't join at axis ${axis}`,
        );
      }
    }
    const total = inputs.reduce((length, x) => length + lengthOf(x, axis), 0);
    return { dtype: first.dtype, shape: withLength(first, axis, total) };
  },
  gradient: ({ inputs, grad, attrs: { axis } }) =>
    grad.split(
      axis,
      inputs.map((x) => lengthOf(x, axis)),
    ),
  lower: (emit, inputs, _node, { axis }) => emit.node("Concat", inputs, { axis: { int: axis } }),
  simplify: ({ inputs, attrs }) => {
    const { axis } = attrs as unknown as ConcatAttrs;
    const parts = inputs.flatMap((x) => (isConcat(x, axis) ? x.inputs : [x]));
    if (parts.length > inputs.length) return makeConcat(parts, { axis });
    const turned = inputs.map(turnedFrom).filter((from) => from !== undefined);
    const order = turned[0]?.order ?? [];
    if (turned.length < inputs.length || turned.some((from) => from.order.join() !== order.join()))
      return undefined;
    const sources = turned.map(({ source }) => source);
    return makeConcat(sources, { axis: order[axis] ?? axis }).transpose(order);
  },
};

function isConcat(x: Expr, axis: number): boolean {
  return x.op.name === "concat" && (x.attrs as unknown as ConcatAttrs).axis === axis;
}

const makeConcat = defineOp(concatOp);

/** Nodes joined along `axis` (default the last); all other dimensions and the dtypes must agree. */
export function concat(parts: readonly Expr[], axis = -1): Expr {
  requireArgument("concat", "parts", parts, expressions);
  const first = parts[0];
  if (first === undefined) throw new UserError("concat: takes at least one expression", 2);
  return parts.length === 1 ? first : makeConcat(parts, { axis: axisOf("concat", first, axis) });
}

/** Nodes of one shape joined along a new axis; default the first. */
export function stack(parts: readonly Expr[], axis = 0): Expr {
  requireArgument("stack", "parts", parts, expressions);
  return concat(
    parts.map((part) => part.unsqueeze(axis)),
    axis,
  );
}

Expr.prototype.slice = function (axis, start, end, step) {
  return slice(this, axis, start, end, step);
};
Expr.prototype.pad = function (axis, before, after, value) {
  return pad(this, axis, before, after, value);
};
Expr.prototype.reverse = function (axis) {
  return makeReverse([this], { axis: axisOf("reverse", this, axis) });
};
Expr.prototype.split = function (axis, lengths) {
  const length = lengthOf(this, axisOf("split", this, axis), "split");
  requireArgument("split", "the lengths", lengths, be.list(be.whole(0), 0, "[2, 3]"));
  const total = lengths.reduce((sum, part) => sum + part, 0);
  if (total !== length) {
    const parts = lengths.join(" + ");
    throw new Error(
      `split: ${parts} is not the length ${length} of axis ${axis} of ${formatShape(this.shape)}`,
    );
  }
  let start = 0;
  return lengths.map((length) => {
    const part = slice(this, axis, start, start + length);
    start += length;
    return part;
  });
};

import { constant, type Expr } from "../../graph/index.js";
import { concat, stack } from "../../ops/index.js";
import { sizeOf, tensor } from "../../tensor/index.js";
import { axisSets, groupsOf, indicesOf, placeOf, withAt, without } from "./arrays.js";

/** A use of an op whose elements are sums of elements of its operand, times a factor, or a fixed number. */
export interface LinearUse {
  readonly label: string;
  readonly y: Expr;
  readonly shape: readonly number[];
  /** Of each element of the result: the places of the operand that it adds up, or the number that it is. */
  readonly from: readonly (readonly number[] | number)[];
  /** Default 1. */
  readonly factor?: number;
}

type LinearUses = (x: Expr, shape: readonly number[]) => LinearUse[];

const axesOf = (shape: readonly number[]): number[] => shape.map((_, axis) => axis);

/** A use whose element at an index adds up the operand's at the indices that `sources` names. */
function use(
  label: string,
  y: Expr,
  from: readonly number[],
  to: readonly number[],
  sources: (index: number[]) => readonly (readonly number[])[] | number,
): LinearUse {
  const listed = indicesOf(to).map((index) => {
    const found = sources(index);
    return typeof found === "number" ? found : found.map((place) => placeOf(place, from));
  });
  return { label, y, shape: to, from: listed };
}

/** The same elements in another shape. */
function same(label: string, y: Expr, shape: readonly number[]): LinearUse {
  return { label, y, shape, from: Array.from({ length: sizeOf(shape) }, (_, i) => [i]) };
}

const reduced =
  (name: "sum" | "mean"): LinearUses =>
  (x, shape) =>
    axisSets(shape.length).flatMap((axes) => {
      const from = groupsOf(shape, axes);
      const factor = name === "mean" ? 1 / sizeOf(axes.map((axis) => shape[axis] as number)) : 1;
      return [false, true].map((keepDims) => ({
        label: `axes ${axes.join()}`,
        y: x[name](axes, keepDims),
        shape: without(shape, axes, keepDims),
        from,
        factor,
      }));
    });

/** Shapes with the axes of length 1 stretched to 0 and 3, and with axes before. */
function stretched(shape: readonly number[]): number[][] {
  const longer = [0, 3].map((length) => shape.map((own) => (own === 1 ? length : own)));
  return [...longer, [2, ...shape], [0, ...shape], [2, 1, ...(longer[1] as number[])]];
}

const ofIndex = (shape: readonly number[], values: readonly number[]): Expr =>
  constant(tensor("int64", shape, BigInt64Array.from(values, BigInt)));

const triangle =
  (name: "tril" | "triu"): LinearUses =>
  (x, shape) =>
    shape.length < 2
      ? []
      : [-2, -1, 0, 1, 2].map((k) =>
          use(`k ${k}`, x[name](k), shape, shape, (index) => {
            const above = (index.at(-1) as number) - (index.at(-2) as number) - k;
            return (name === "tril" ? above <= 0 : above >= 0) ? [index] : 0;
          }),
        );

/** Uses of every op that lays its operand out anew, picks from it or adds it up, on an operand of a shape. */
export const linear: Readonly<Record<string, LinearUses>> = {
  sum: reduced("sum"),
  mean: reduced("mean"),
  reshape: (x, shape) =>
    [[-1], [...shape].reverse(), [1, ...shape], [...shape, 1]].flatMap((to) => {
      if (shape.includes(0) && to.includes(-1)) return [same("flat", x.reshape([0]), [0])];
      return [same(to.join(), x.reshape(to), to.includes(-1) ? [sizeOf(shape)] : to)];
    }),
  unsqueeze: (x, shape) =>
    [...shape, 1].map((_, axis) =>
      same(`axis ${axis}`, x.unsqueeze(axis), [...shape.slice(0, axis), 1, ...shape.slice(axis)]),
    ),
  squeeze: (x, shape) =>
    axesOf(shape)
      .filter((axis) => shape[axis] === 1)
      .map((axis) => same(`axis ${axis}`, x.squeeze(axis), without(shape, [axis]))),
  transpose: (x, shape) => {
    const orders = [axesOf(shape).reverse(), [...axesOf(shape).slice(1), 0].slice(0, shape.length)];
    return orders.map((order) =>
      use(
        order.join(),
        x.transpose(order),
        shape,
        order.map((axis) => shape[axis] as number),
        (index) => [axesOf(shape).map((axis) => index[order.indexOf(axis)] as number)],
      ),
    );
  },
  matrixTranspose: (x, shape) => {
    const turn = (list: readonly number[]): number[] => [
      ...list.slice(0, -2),
      list.at(-1) as number,
      list.at(-2) as number,
    ];
    return shape.length < 2
      ? []
      : [use("", x.matrixTranspose(), shape, turn(shape), (index) => [turn(index)])];
  },
  expand: (x, shape) =>
    stretched(shape).map((to) =>
      use(to.join(), x.expand(to), shape, to, (index) => [
        index.slice(to.length - shape.length).map((i, axis) => (shape[axis] === 1 ? 0 : i)),
      ]),
    ),
  sumTo: (x, shape) =>
    axisSets(shape.length).flatMap((axes) => {
      const use = {
        y: x.sumTo(without(shape, axes, true)),
        shape: without(shape, axes, true),
        from: groupsOf(shape, axes),
      };
      // Lengths 1 are kept: there is nothing to add up.
      return [{ label: `axes ${axes.join()}`, ...use }];
    }),
  cumsum: (x, shape) =>
    axesOf(shape).flatMap((axis) =>
      [0, 1, 2, 3].map((bits) => {
        const [reverse, exclusive] = [(bits & 1) === 1, (bits & 2) === 2];
        const y = x.cumsum(axis, { reverse, exclusive });
        return use(`axis ${axis}, ${bits}`, y, shape, shape, (index) => {
          const own = index[axis] as number;
          const all = Array.from({ length: shape[axis] as number }, (_, i) => i);
          const taken = all.filter((i) => (reverse ? i > own : i < own) || (i === own && !exclusive));
          return taken.map((i) => withAt(index, axis, i));
        });
      }),
    ),
  slice: (x, shape) =>
    axesOf(shape).flatMap((axis) =>
      [
        [0, 1, 1],
        [1, 2, 1],
        [-1, undefined, 1],
        [0, 9, 2],
        [1, 1, 1],
      ].map(([start = 0, end, step = 1]) => {
        const all = Array.from({ length: shape[axis] as number }, (_, i) => i);
        const taken = all.slice(start, end).filter((_, i) => i % step === 0);
        const to = withAt(shape, axis, taken.length);
        return use(
          `axis ${axis}, ${start}:${end}:${step}`,
          x.slice(axis, start, end, step),
          shape,
          to,
          (index) => [withAt(index, axis, taken[index[axis] as number] as number)],
        );
      }),
    ),
  pad: (x, shape) =>
    axesOf(shape).flatMap((axis) =>
      [
        [0, 1, 0],
        [2, 0, 0.5],
        [1, 1, Number.NEGATIVE_INFINITY],
      ].map(([before = 0, after = 0, value = 0]) => {
        const length = shape[axis] as number;
        const to = withAt(shape, axis, before + length + after);
        return use(
          `axis ${axis}, ${before}, ${after}`,
          x.pad(axis, before, after, value),
          shape,
          to,
          (index) => {
            const i = (index[axis] as number) - before;
            return i >= 0 && i < length ? [withAt(index, axis, i)] : value;
          },
        );
      }),
    ),
  reverse: (x, shape) =>
    axesOf(shape).map((axis) =>
      use(`axis ${axis}`, x.reverse(axis), shape, shape, (index) => [
        withAt(index, axis, (shape[axis] as number) - 1 - (index[axis] as number)),
      ]),
    ),
  split: (x, shape) =>
    axesOf(shape).flatMap((axis) => {
      const length = shape[axis] as number;
      const first = Math.min(1, length);
      return x.split(axis, [first, 0, length - first]).map((part, k) => {
        const lengths = [first, 0, length - first];
        const start = k === 2 ? first : 0;
        return use(
          `axis ${axis}, part ${k}`,
          part,
          shape,
          withAt(shape, axis, lengths[k] as number),
          (index) => [withAt(index, axis, start + (index[axis] as number))],
        );
      });
    }),
  concat: (x, shape) =>
    axesOf(shape).map((axis) => {
      const length = shape[axis] as number;
      return use(`axis ${axis}`, concat([x, x, x], axis), shape, withAt(shape, axis, 3 * length), (index) => [
        withAt(index, axis, (index[axis] as number) % length),
      ]);
    }),
  stack: (x, shape) =>
    [...shape, 1].map((_, axis) => {
      const to = [...shape.slice(0, axis), 2, ...shape.slice(axis)];
      return use(`axis ${axis}`, stack([x, x], axis), shape, to, (index) => [
        index.filter((_, at) => at !== axis),
      ]);
    }),
  tril: triangle("tril"),
  triu: triangle("triu"),
  diagonal: (x, shape) => {
    if (shape.length < 2) return [];
    const length = Math.min(...shape.slice(-2));
    return [
      use("", x.diagonal(), shape, [...shape.slice(0, -2), length], (index) => [
        [...index, index.at(-1) as number],
      ]),
    ];
  },
  diagonalMatrix: (x, shape) =>
    shape.length === 0
      ? []
      : [
          use("", x.diagonalMatrix(), shape, [...shape, shape.at(-1) as number], (index) =>
            index.at(-1) === index.at(-2) ? [index.slice(0, -1)] : 0,
          ),
        ],
  gather: (x, shape) =>
    axesOf(shape).flatMap((axis) =>
      [[0], [1], [3], [2, 2], []].flatMap((at) => {
        const length = shape[axis] as number;
        if (length === 0 && !at.includes(0)) return [];
        const places = indicesOf(at).map((_, i) => (length - 1 - i + 9 * length) % Math.max(1, length));
        const to = [...shape.slice(0, axis), ...at, ...shape.slice(axis + 1)];
        return use(
          `axis ${axis} at [${at.join()}]`,
          x.gather(ofIndex(at, places), axis),
          shape,
          to,
          (index) => {
            const i = places[placeOf(index.slice(axis, axis + at.length), at)] as number;
            return [[...index.slice(0, axis), i, ...index.slice(axis + at.length)]];
          },
        );
      }),
    ),
  takeAlong: (x, shape) =>
    axesOf(shape).flatMap((axis) =>
      [0, 1, 3].flatMap((count) => {
        const length = shape[axis] as number;
        if (length === 0 && count > 0) return [];
        const to = withAt(shape, axis, count);
        const places = indicesOf(to).map((_, i) => i % Math.max(1, length));
        return use(`axis ${axis}, ${count}`, x.takeAlong(ofIndex(to, places), axis), shape, to, (index) => [
          withAt(index, axis, places[placeOf(index, to)] as number),
        ]);
      }),
    ),
};

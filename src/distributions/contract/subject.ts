import { type Expr, input } from "../../graph/index.js";
import "../../ops/index.js";
import {
  type FloatType,
  isStatic,
  sizeOf,
  type Tensor,
  tensor,
  type TensorLike,
  toTensor,
  UserError,
} from "../../tensor/index.js";
import type { Distribution } from "../distribution.js";

/** Whatever makes the distribution from parameters: a family's factory, or `{ of: (params) => ... }`. */
export interface ContractSubject<P extends string> {
  of(params: Readonly<Record<P, Expr>>): Distribution;
}

/** Computes expressions on fed inputs; the package's `evaluate` is one. */
export type ContractEvaluate = (
  exprs: Readonly<Record<string, Expr>>,
  feeds: Readonly<Record<string, TensorLike>>,
) => Promise<Readonly<Record<string, Tensor>>>;

/** Parameters as inputs of a graph, with what to feed them. */
export interface Placed<P extends string> {
  readonly nodes: Record<P, Expr>;
  readonly feeds: Record<string, Tensor>;
}

/** Inputs for parameters, each repeated `chunks` times along a new first axis if that is given. */
export function placeParams<P extends string>(
  params: Readonly<Record<P, TensorLike>>,
  dtype: FloatType,
  chunks?: number,
): Placed<P> {
  const nodes: Partial<Record<P, Expr>> = {};
  const feeds: Record<string, Tensor> = {};
  const rank = Math.max(
    0,
    ...Object.values<TensorLike>(params).map((value) => toTensor(value, dtype).shape.length),
  );
  for (const [name, value] of Object.entries<TensorLike>(params) as [P, TensorLike][]) {
    const one = toTensor(value, dtype);
    let full: Tensor = one;
    if (chunks !== undefined) {
      const data = new (dtype === "float64" ? Float64Array : Float32Array)(chunks * one.data.length);
      for (let i = 0; i < chunks; i++) data.set(one.data, i * one.data.length);
      const ones = new Array<number>(rank - one.shape.length).fill(1);
      full = tensor(dtype, [chunks, ...ones, ...one.shape], data as never);
    }
    feeds[`param/${name}`] = full;
    nodes[name] = input(`param/${name}`, dtype, full.shape);
  }
  return { nodes: nodes as Record<P, Expr>, feeds };
}

/** The sizes of a distribution: how many in its batch, how many numbers an event. */
export function sizesOf(distribution: Distribution): { batch: number; event: number } {
  const { shape, eventRank, name } = distribution;
  if (!isStatic(shape) || eventRank > 1) {
    throw new UserError(`the contract takes ${name} with a fixed shape and events of at most one axis`, 2);
  }
  const event = eventRank === 0 ? 1 : (shape.at(-1) as number);
  return { batch: sizeOf(shape) / event, event };
}

/** Points of the support as an input of a graph. */
export interface PlacedPoints {
  readonly node: Expr;
  readonly feeds: Record<string, Tensor>;
  readonly count: number;
}

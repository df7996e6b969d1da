import type { DType, Shape, Tensor } from "../tensor/index.js";
import { type Attrs, Expr } from "./expr.js";

/** Element type and shape of a node. */
export interface TypeInfo {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** An attribute of an ONNX node, tagged with its ONNX type. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string };

/** What an op's `lower` writes ONNX nodes with. Values are referred to by name; equal nodes are made once. */
export interface Emitter {
  /** Adds a node with one output and returns that output's name. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
  ): string;
  /** Adds a node with several outputs and returns their names. */
  nodes(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    outputs: number,
  ): string[];
  /** Adds a constant. */
  constant(value: Tensor): string;
  /** A rank-0 constant of `dtype`. */
  scalar(value: number, dtype: DType): string;
  /** A vector of int64, as shapes, axes and slice bounds are written. */
  ints(values: readonly number[]): string;
}

/** A use of an op, as its gradient rule sees it. */
export interface GradientCall<A> {
  readonly inputs: readonly Expr[];
  readonly output: Expr;
  /** The gradient of the loss with respect to the output; of the output's shape. */
  readonly grad: Expr;
  readonly attrs: A;
}

/**
 * An op: its shape rule, its gradient and its ONNX form, all three required, so that none can be forgotten.
 * `gradient` answers one entry for each input, null where no gradient flows; entries have the input's shape.
 */
export interface OpDef<A extends object = Attrs> {
  readonly name: string;
  infer(inputs: readonly Expr[], attrs: A): TypeInfo;
  gradient(call: GradientCall<A>): readonly (Expr | null)[];
  lower(emit: Emitter, inputs: readonly string[], node: Expr, attrs: A): string;
}

/** Names an op and returns the function that makes its nodes. Errors of the shape rule name the op. */
export function defineOp<A extends object = Attrs>(
  op: OpDef<A>,
): (inputs: readonly Expr[], attrs: A) => Expr {
  const untyped = op as unknown as OpDef;
  return (inputs, attrs) => {
    let type: TypeInfo;
    try {
      type = op.infer(inputs, attrs);
    } catch (error) {
      throw new Error(`${op.name}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    return new Expr(untyped, inputs, attrs as Attrs, type.dtype, type.shape);
  };
}

import type { DType, Shape, Tensor } from "../tensor/index.js";

/** What an op keeps beside its inputs: plain data, part of the node's identity. */
export type Attrs = Readonly<Record<string, unknown>>;

let nextId = 0;

/**
 * A node of a symbolic graph: the value that `op` gives for `inputs`. Nodes never change; their types are
 * inferred and checked when they are made. Methods such as `x.mul(y)` are added by the files of `ops/`.
 */
export class Expr {
  /** Number in order of construction: inputs have smaller ids than what is made of them. */
  readonly id: number = nextId++;

  constructor(
    readonly op: OpDef,
    readonly inputs: readonly Expr[],
    readonly attrs: Attrs,
    readonly dtype: DType,
    readonly shape: Shape,
  ) {}

  /** Number of dimensions. */
  get rank(): number {
    return this.shape.length;
  }
}

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
  /** The name of an earlier node's value, for lowerings that look behind their inputs. */
  nameOf(node: Expr): string;
  /** Whether the engine that the graph is for has an operator outside the ONNX standard. */
  has(operator: string): boolean;
  /** How many nodes and outputs use a node's value. */
  usesOf(node: Expr): number;
}

/** What is known of the engine that a graph is for. */
export interface Target {
  /** Operators outside the ONNX standard that it has. */
  readonly extensions: readonly string[];
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
  /** A cheaper node with the same value, made before lowering, or undefined. See `simplify`. */
  simplify?(node: Expr, target: Target): Expr | undefined;
  /** A cheaper form of the node's sum over `axes`, which the result lacks, or undefined. Used by the sum's `simplify`. */
  simplifySum?(node: Expr, axes: readonly number[]): Expr | undefined;
  /** A cheaper form of the node plus another that broadcasts to it, or undefined. Used by `add`. */
  simplifyPlus?(node: Expr, other: Expr): Expr | undefined;
}

/** The attributes of an `input` node. */
export interface InputAttrs {
  readonly name: string;
}

/** The attributes of a `constant` node. */
export interface ConstantAttrs {
  readonly value: Tensor;
}

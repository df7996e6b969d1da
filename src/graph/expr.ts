import type { DType, Shape, Tensor } from "../tensor/index.js";
import type { OpDef } from "./op.js";

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

/** The attributes of an `input` node. */
export interface InputAttrs {
  readonly name: string;
}

/** The attributes of a `constant` node. */
export interface ConstantAttrs {
  readonly value: Tensor;
}

import {
  be,
  aDType,
  aShape,
  type DType,
  fromNumbers,
  requireArgument,
  type Shape,
  type Tensor,
  tensor,
  type TensorLike,
  tensorFrom,
} from "../tensor/index.js";
import type { ConstantAttrs, Expr, InputAttrs, OpDef } from "./expr.js";
import { defineOp } from "./op.js";

interface TypedInput extends InputAttrs {
  readonly dtype: DType;
  readonly shape: Shape;
}

function noLowering(): string {
  throw new Error("inputs are lowered by the encoder");
}

const inputOp: OpDef<TypedInput> = {
  name: "input",
  infer: (_, { dtype, shape }) => ({ dtype, shape }),
  gradient: () => [],
  lower: noLowering,
};

const constantOp: OpDef<ConstantAttrs> = {
  name: "constant",
  infer: (_, { value }) => ({ dtype: value.dtype, shape: value.shape }),
  gradient: () => [],
  lower: (emit, _inputs, _node, { value }) => emit.constant(value),
};

const makeInput = defineOp(inputOp);
const makeConstant = defineOp(constantOp);

/** A value fed when the graph runs. Dimensions given by name (`"batch"`) are known only then. */
export function input(name: string, dtype: DType, shape: Shape): Expr {
  requireArgument("input", "the name", name, be.text);
  requireArgument("input", "the dtype", dtype, aDType);
  requireArgument("input", "the shape", shape, aShape);
  return makeInput([], { name, dtype, shape });
}

/** A fixed value. Numbers and nested arrays become `dtype` (default `float32`); a tensor keeps its own. */
export function constant(value: TensorLike, dtype?: DType): Expr {
  if (dtype !== undefined) requireArgument("constant", "the dtype", dtype, aDType);
  const isTensor = typeof value === "object" && value !== null && "dtype" in value;
  return makeConstant([], {
    value: tensorFrom("constant", value, dtype ?? (isTensor ? value.dtype : "float32")),
  });
}

/** A rank-0 constant. */
export function scalar(value: number, dtype: DType): Expr {
  requireArgument("scalar", "the value", value, be.anyNumber);
  requireArgument("scalar", "the dtype", dtype, aDType);
  return makeConstant([], { value: tensor(dtype, [], fromNumbers(dtype, [value])) });
}

/** The name under which an `input` node is fed, or undefined for other nodes. */
export function inputName(node: Expr): string | undefined {
  return node.op.name === inputOp.name ? (node.attrs as unknown as InputAttrs).name : undefined;
}

/** The value of a `constant` node, or undefined for other nodes. */
export function constantValue(node: Expr): Tensor | undefined {
  return node.op.name === constantOp.name ? (node.attrs as unknown as ConstantAttrs).value : undefined;
}

/** The number that every element of a constant equals, or undefined. */
export function uniformValue(node: Expr): number | undefined {
  const value = constantValue(node);
  if (value === undefined || value.data.length === 0) return undefined;
  const first = value.data[0];
  for (const other of value.data) if (other !== first) return undefined;
  return Number(first);
}

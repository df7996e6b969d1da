import { defineOp, Expr, type OpDef, scalar, uniformValue } from "../graph/index.js";
import {
  broadcast,
  type DType,
  formatShape,
  isFloat,
  requireArgument,
  sameShape,
  UserError,
} from "../tensor/index.js";
import type { Emitter } from "../graph/index.js";
import { blockedOperands, blocksFrom, pixelwise, unblocked } from "./blocked.js";
import { turnedFrom, turnedOperands } from "./orientation.js";

/** An argument of an elementwise op: a node, or a number that takes the other argument's dtype. */
export type Operand = Expr | number;

/** The operand as a node. */
export function lift(value: Operand, dtype: DType): Expr {
  return typeof value === "number" ? scalar(value, dtype) : value;
}

const anOperand = {
  expected: "an expression, such as input(...) or constant(...) makes, or a number",
  ok: (value: unknown) => typeof value === "number" || value instanceof Expr,
};

/** Both operands as nodes of one dtype. Throws if both are numbers or the dtypes differ. */
export function liftBoth(name: string, a: Operand, b: Operand): [Expr, Expr] {
  requireArgument(name, "operand 1", a, anOperand);
  requireArgument(name, "operand 2", b, anOperand);
  const dtype = a instanceof Expr ? a.dtype : b instanceof Expr ? b.dtype : undefined;
  if (dtype === undefined) throw new UserError(`${name}: at least one operand must be an expression`, 2);
  const pair: [Expr, Expr] = [lift(a, dtype), lift(b, dtype)];
  if (pair[0].dtype !== pair[1].dtype) {
    throw new Error(`${name}: operands are ${pair[0].dtype} and ${pair[1].dtype}; cast one of them`);
  }
  return pair;
}

/** What an op computes with: floats alone, all numbers, or numbers and bool; `signed` leaves out uint8. */
export type Kind = "float" | "signed" | "number" | "any";

const accepted: Readonly<Record<Kind, readonly DType[]>> = {
  float: ["float32", "float64"],
  signed: ["float32", "float64", "int32", "int64"],
  number: ["float32", "float64", "int32", "int64", "uint8"],
  any: ["float32", "float64", "int32", "int64", "uint8", "bool"],
};

/** Throws unless `x` has a dtype of the kind. */
export function requireKind(x: Expr, kind: Kind): void {
  if (accepted[kind].includes(x.dtype)) return;
  const last = accepted[kind].length - 1;
  const names = `${accepted[kind].slice(0, last).join(", ")} or ${accepted[kind][last]}`;
  throw new Error(`takes ${names}, got ${x.dtype}${formatShape(x.shape)}; cast it first`);
}

/** What varies between elementwise ops of one operand. */
export interface UnaryRule {
  readonly name: string;
  /** The ONNX operator, or a lowering of one's own. */
  readonly onnx: string | ((emit: Emitter, x: string, dtype: DType) => string);
  /** The gradient with respect to the operand, or null where the op is flat. */
  readonly gradient: ((x: Expr, y: Expr, grad: Expr) => Expr) | null;
  /** What the operand may be; default float. */
  readonly kind?: Kind;
  /** The value for a number, by which constants are folded. */
  value?(x: number): number;
  /** See `OpDef`. */
  simplifySum?(node: Expr, axes: readonly number[]): Expr | undefined;
}

/** A constant number and the other factor of a product with one; undefined for all other nodes. */
export function factorOf(node: Expr): { readonly number: Expr; readonly rest: Expr } | undefined {
  if (node.op.name !== "mul") return undefined;
  const [a, b] = node.inputs as [Expr, Expr];
  if (b.rank === 0 && uniformValue(b) !== undefined) return { number: b, rest: a };
  return a.rank === 0 && uniformValue(a) !== undefined ? { number: a, rest: b } : undefined;
}

/** A number computed from constant numbers, rounded to the dtype; undefined if an operand is anything else. */
function folded(node: Expr, value: ((...numbers: number[]) => number) | undefined): Expr | undefined {
  if (value === undefined || node.rank > 0 || !isFloat(node.dtype)) return undefined;
  const numbers = node.inputs.map(uniformValue);
  const known = numbers.filter((x) => x !== undefined);
  return known.length === numbers.length ? scalar(value(...known), node.dtype) : undefined;
}

/** Defines an elementwise op of one operand: shape and dtype stay. */
export function unary(rule: UnaryRule): (x: Expr) => Expr {
  const op: OpDef = {
    name: rule.name,
    infer: (inputs) => {
      const x = inputs[0] as Expr;
      requireKind(x, rule.kind ?? "float");
      return { dtype: x.dtype, shape: x.shape };
    },
    gradient: ({ inputs, output, grad }) => [rule.gradient?.(inputs[0] as Expr, output, grad) ?? null],
    lower: (emit, [x], node) =>
      typeof rule.onnx === "string"
        ? emit.node(rule.onnx, [x as string])
        : rule.onnx(emit, x as string, node.dtype),
    simplify: (node) => {
      const constant = folded(node, rule.value);
      const x = node.inputs[0];
      if (x === undefined || constant !== undefined) return constant;
      const from = turnedFrom(x);
      if (from !== undefined) return make([from.source], {}).transpose(from.order);
      const image = blocksFrom(x);
      if (image !== undefined) return unblocked(make([image.source], {}), image.block);
      const [source, like] = x.op.name === "expand" ? x.inputs : [];
      return source && make([source], {}).expand(x.shape, like);
    },
    ...(rule.simplifySum && { simplifySum: rule.simplifySum }),
  };
  const make = defineOp(op);
  return (x) => make([x], {});
}

/** What varies between elementwise ops of two operands. */
export interface BinaryRule {
  readonly name: string;
  readonly onnx: string | ((emit: Emitter, a: string, b: string, dtype: DType, node: Expr) => string);
  /** The two gradients, of the broadcast shape or of what broadcasts to it; null where the op is flat. */
  readonly gradient: ((a: Expr, b: Expr, y: Expr, grad: Expr) => readonly [Expr, Expr]) | null;
  /** The dtype of the result; default the operands'. */
  readonly result?: DType;
  /** What the operands may be; default number. */
  readonly kind?: Kind;
  /** The value for two numbers, by which constants are folded. */
  value?(a: number, b: number): number;
  /** The numbers that leave the other operand as it is: on the left, on the right. */
  readonly neutral?: readonly [number | undefined, number | undefined];
  /** A cheaper node for these operands, tried before what holds for all binary ops. */
  simplify?(a: Expr, b: Expr): Expr | undefined;
  /** See `OpDef`. */
  simplifySum?(node: Expr, axes: readonly number[]): Expr | undefined;
}

/** The value that an expansion repeats, where the other operand would broadcast it anyway. */
function unexpanded(x: Expr, other: Expr): Expr {
  const source = x.op.name === "expand" ? x.inputs[0] : undefined;
  if (source === undefined) return x;
  try {
    return sameShape(broadcast(source.shape, other.shape), broadcast(x.shape, other.shape)) ? source : x;
  } catch {
    return x;
  }
}

/** The rank-0 node that `x` is or repeats, or undefined. */
function repeatedNumber(x: Expr): Expr | undefined {
  if (x.rank === 0) return x;
  const source = x.op.name === "expand" ? x.inputs[0] : undefined;
  return source?.rank === 0 ? source : undefined;
}

/** Defines an elementwise op of two operands that broadcast as NumPy's do. */
export function binary(rule: BinaryRule): (a: Operand, b: Operand) => Expr {
  const op: OpDef = {
    name: rule.name,
    infer: (inputs) => {
      const [a, b] = inputs as [Expr, Expr];
      requireKind(a, rule.kind ?? "number");
      return { dtype: rule.result ?? a.dtype, shape: broadcast(a.shape, b.shape) };
    },
    gradient: ({ inputs, output, grad }) => {
      const [a, b] = inputs as [Expr, Expr];
      if (rule.gradient === null) return [null, null];
      const [da, db] = rule.gradient(a, b, output, grad);
      return [da.sumTo(a.shape), db.sumTo(b.shape)];
    },
    lower: (emit, names, node) => {
      const [a, b] = node.inputs.map((x, i) => pixelwise(emit, names[i] as string, x, node)) as [
        string,
        string,
      ];
      if (typeof rule.onnx === "string") return emit.node(rule.onnx, [a, b]);
      return rule.onnx(emit, a, b, (node.inputs[0] as Expr).dtype, node);
    },
    simplify: (node) => {
      const constant = folded(node, rule.value);
      const [a, b] = node.inputs as [Expr, Expr];
      const cheaper = constant ?? rule.simplify?.(a, b);
      if (cheaper !== undefined) return cheaper;
      const slim = unexpanded(a, b);
      const other = unexpanded(b, slim);
      if (slim !== a || other !== b) return make([slim, other], {});
      const numbers = node.inputs.map(repeatedNumber);
      for (const [k, other] of [b, a].entries()) {
        const number = numbers[k];
        const value = number === undefined ? undefined : uniformValue(number);
        const drops = value !== undefined && value === rule.neutral?.[k];
        if (drops && other.dtype === node.dtype && sameShape(other.shape, node.shape)) return other;
      }
      if (node.rank > 0 && numbers[0] !== undefined && numbers[1] !== undefined) {
        const like = node.inputs.find((x) => sameShape(x.shape, node.shape));
        return make(numbers as Expr[], {}).expand(node.shape, like);
      }
      const inBlocks = blockedOperands(node);
      if (inBlocks !== undefined) return unblocked(make(inBlocks.operands, {}), inBlocks.block);
      const turned = turnedOperands(node);
      return turned && make(turned.operands, {}).transpose(turned.order);
    },
    ...(rule.simplifySum && { simplifySum: rule.simplifySum }),
  };
  const make = defineOp(op);
  return (left, right) => make(liftBoth(rule.name, left, right), {});
}

import { defineOp, type Emitter, type Expr, type OpDef } from "../graph/index.js";
import { type Dim, formatShape, isStatic, type Shape } from "../tensor/index.js";
import { firstAxisLast, lastAxisFirst, turnedFrom } from "./orientation.js";
import { lengths, relaid } from "./relaid.js";

/*
 * Images as an engine's direct convolutions take them: [batch, channels / block, height, width, block]. The layout is
 * chosen while a graph is simplified and never leaves it. As `orientation.ts` does with transposes, the rules here carry it
 * through elementwise ops and sums from one convolution to the next.
 */

interface BlockAttrs {
  /** Channels that lie side by side. */
  readonly block: number;
}

const attrsOf = (x: Expr): BlockAttrs => x.attrs as unknown as BlockAttrs;

const blockedOp: OpDef<BlockAttrs> = {
  name: "blocked",
  infer: (inputs, { block }) => {
    const { dtype, shape } = inputs[0] as Expr;
    const [batch, height, width, channels] = shape;
    if (shape.length !== 4 || typeof channels !== "number" || channels % block !== 0) {
      throw new Error(
        `takes [batch, height, width, channels in blocks of ${block}], got ${formatShape(shape)}`,
      );
    }
    return { dtype, shape: [batch, channels / block, height, width, block] as Dim[] };
  },
  gradient: ({ grad, attrs }) => [unblocked(grad, attrs.block)],
  lower: (emit, [x], { shape }) => {
    const [batch, count, height, width, block] = shape as [Dim, ...number[]];
    const split = emit.ints(
      lengths([batch, height as number, width as number, count as number, block as number]),
    );
    const parts = emit.node("Reshape", [x as string, split]);
    return emit.node("Transpose", [parts], { perm: { ints: [0, 3, 1, 2, 4] } });
  },
  simplify: (node) => {
    const x = node.inputs[0] as Expr;
    const { block } = attrsOf(node);
    if (x.op.name === "unblocked" && attrsOf(x).block === block) return x.inputs[0];
    const from = turnedFrom(x);
    if (from?.order.join() !== lastAxisFirst(4).join()) return undefined;
    return fromBatchLast(from.source, block);
  },
};

const unblockedOp: OpDef<BlockAttrs> = {
  name: "unblocked",
  infer: (inputs, { block }) => {
    const { dtype, shape } = inputs[0] as Expr;
    const [batch, count, height, width, last] = shape;
    if (shape.length !== 5 || typeof count !== "number" || last !== block) {
      throw new Error(
        `takes [batch, channels / ${block}, height, width, ${block}], got ${formatShape(shape)}`,
      );
    }
    return { dtype, shape: [batch, height, width, count * block] as Dim[] };
  },
  gradient: ({ grad, attrs }) => [blocked(grad, attrs.block)],
  lower: (emit, [x], { shape }) => {
    const turned = emit.node("Transpose", [x as string], { perm: { ints: [0, 2, 3, 1, 4] } });
    return emit.node("Reshape", [turned, emit.ints(lengths(shape))]);
  },
  simplifyPlus: ({ inputs, attrs }, other) => {
    const blocks = inputs[0] as Expr;
    const plus = blocks.op.simplifyPlus?.(blocks, other);
    return plus && unblocked(plus, (attrs as unknown as BlockAttrs).block);
  },
};

const makeBlocked = defineOp(blockedOp);
const makeUnblocked = defineOp(unblockedOp);

/** x [batch, height, width, channels] as [batch, channels / block, height, width, block]. */
export function blocked(x: Expr, block: number): Expr {
  return makeBlocked([x], { block });
}

/** The way back from `blocked`. */
export function unblocked(x: Expr, block: number): Expr {
  return makeUnblocked([x], { block });
}

/** [height, width, channels, batch] as blocks. */
function fromBatchLast(x: Expr, block: number): Expr {
  const [height, width, channels, batch] = x.shape as [number, number, number, Dim];
  const count = channels / block;
  const byCount = { shape: [height * width, count, block, batch], order: [1, 0, 2, 3], looksUp: true };
  const turned = { shape: [height * width * channels, batch], order: [1, 0] };
  return relaid(x, [byCount, turned], [batch, count, height, width, block]);
}

/** Blocks as [height, width, channels, batch]. */
function toBatchLast(blocks: Expr): Expr {
  const [batch, count, height, width, block] = blocks.shape as [Dim, number, number, number, number];
  const byPixel = { shape: [batch, count, height * width, block], order: [2, 1, 0, 3] };
  const turned = { shape: [height * width * count, batch, block], order: [0, 2, 1] };
  return relaid(blocks, [byPixel, turned], [height, width, count * block, batch]);
}

/** A transpose of blocked images that puts the examples last, or undefined. */
export function turnedBlocks(x: Expr, order: readonly number[]): Expr | undefined {
  if (x.op.name !== "unblocked" || order.join() !== firstAxisLast(4).join()) return undefined;
  return toBatchLast(x.inputs[0] as Expr);
}

/** Blocks that `x` is the image of, or undefined. */
export function blocksFrom(x: Expr): { readonly source: Expr; readonly block: number } | undefined {
  return x.op.name === "unblocked" ? { source: x.inputs[0] as Expr, block: attrsOf(x).block } : undefined;
}

function sameDims(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** An operand of an elementwise op as it fits a blocked result; undefined where it would have to be reordered. */
function blockedOperand(x: Expr, shape: Shape, block: number): Expr | undefined {
  if (x.rank === 0) return x;
  if (sameDims(x.shape, shape)) return blocked(x, block);
  const ones = Array.from({ length: 4 - x.rank }, () => 1);
  const [batch, height, width, channels] = [...ones, ...x.shape] as [Dim, Dim, Dim, Dim];
  if (channels === 1) return x.reshape([batch, 1, height, width, 1]);
  if (height !== 1 || width !== 1 || typeof channels !== "number") return undefined;
  return x.reshape([batch, channels / block, 1, 1, block]);
}

/** Operands of an elementwise op for computing its result in blocks, where one of them is; undefined otherwise. */
export function blockedOperands(
  node: Expr,
): { readonly operands: Expr[]; readonly block: number } | undefined {
  if (node.rank !== 4) return undefined;
  const { block } =
    node.inputs
      .filter((x) => sameDims(x.shape, node.shape))
      .map(blocksFrom)
      .find(Boolean) ?? {};
  if (block === undefined) return undefined;
  const operands = node.inputs.map((x) => blockedOperand(x, node.shape, block));
  const fitting = operands.filter((x) => x !== undefined);
  return fitting.length === operands.length ? { operands: fitting, block } : undefined;
}

/**
 * The name of an operand of an elementwise op as the engine reads it fast. A number for each channel is repeated over the
 * pixels once: else the engine turns to the next channels after every few numbers, at four times the cost of the op.
 */
export function pixelwise(emit: Emitter, name: string, { shape: own }: Expr, { shape }: Expr): string {
  const [batch, count, height, width, block] = shape;
  const isOfChannels = own.length === 5 && sameDims(own, [1, count, 1, 1, block] as Dim[]);
  if (!isOfChannels || !isStatic(shape) || (batch as number) < 8 || height === 0 || width === 0) return name;
  return emit.node("Expand", [name, emit.ints([1, count, height, width, block] as number[])]);
}

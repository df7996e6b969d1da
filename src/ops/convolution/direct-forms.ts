import type { Expr } from "../../graph/index.js";
import type { Dim } from "../../tensor/index.js";
import { blocked, unblocked } from "../blocked.js";
import { lastAxisFirst, turnedFrom } from "../orientation.js";
import { relaid } from "../relaid.js";
import { concat } from "../slice.js";
import { directConv } from "./direct.js";
import { area, coarseOf, type Geometry } from "./geometry.js";
import { indices, planOf } from "./indices.js";

/*
 * The three ops as direct convolutions of blocked images (see `direct.ts`); each form is undefined where it does not apply:
 * other than two axes, groups, channels that don't fill blocks.
 */

const isImage = ({ fine, groups }: Geometry): boolean => fine.length === 2 && groups === 1;
const axes = [0, 1] as const;
const at = (list: readonly number[], axis: number): number => list[axis] ?? 1;
const ones = [1, 1];

/** Weights [out, in, ...kernel] as [out / block, in / block, places, block in, block out]. */
function weightBlocks(w: Expr, block: number): Expr {
  const [out, inner, ...kernel] = w.shape as number[] as [number, number, ...number[]];
  const [o, i, count] = [out / block, inner / block, area(kernel)];
  const turned = { shape: [o, block, inner * count], order: [0, 2, 1] };
  const byPlace = { shape: [o, i, block, count, block], order: [0, 1, 3, 2, 4], looksUp: true };
  return relaid(w, [turned, byPlace], [o, i, count, block, block]);
}

/** Weights [in, out, ...kernel] as [out / block, in / block, places, block in, block out]. */
function turnedWeightBlocks(w: Expr, block: number): Expr {
  const [inner, out, ...kernel] = w.shape as number[] as [number, number, ...number[]];
  const [o, i, count] = [out / block, inner / block, area(kernel)];
  const turned = { shape: [inner * o, block, count], order: [0, 2, 1] };
  const byPlace = { shape: [i, block, o, count, block], order: [2, 0, 3, 1, 4], looksUp: true };
  return relaid(w, [turned, byPlace], [o, i, count, block, block]);
}

/** Blocks of weights of a kernel of that shape; its places may be chosen anew, in another order. */
function kernelOf(blocks: Expr, kernel: readonly number[]): Expr {
  const [out, inner, , ...block] = blocks.shape as number[] as [number, number, number, ...number[]];
  return blocks.reshape([out, inner, ...kernel, ...block]);
}

/** x [batch, height, width, channels] as [batch, channels, height, width]. */
function channelsSecond(x: Expr): Expr {
  const from = turnedFrom(x);
  if (from?.order.join() !== lastAxisFirst(4).join()) return x.transpose([0, 3, 1, 2]);
  const [height, width, channels, batch] = from.source.shape as [number, number, number, Dim];
  const byChannel = { shape: [height * width, channels, batch], order: [1, 0, 2], looksUp: true };
  const turned = { shape: [channels * height * width, batch], order: [1, 0] };
  return relaid(from.source, [byChannel, turned], [batch, channels, height, width]);
}

/** x [batch, ...fine, channels] and weights to [batch, ...coarse, channels]. */
export function directDown(x: Expr, w: Expr, geometry: Geometry, block: number): Expr | undefined {
  const [coarse, fine, ...kernel] = w.shape as number[] as [number, number, ...number[]];
  const plain = fine < block;
  if (!isImage(geometry) || coarse % block !== 0 || (!plain && fine % block !== 0)) return undefined;
  const { stride, dilation, before, after } = geometry;
  const attrs = { block, stride, dilation, before, after };
  const parts = w.reshape([coarse / block, block, fine, ...kernel]);
  const y = plain
    ? directConv(channelsSecond(x), parts.transpose([0, 2, 3, 4, 1]), attrs)
    : directConv(blocked(x, block), kernelOf(weightBlocks(w, block), kernel), attrs);
  return unblocked(y, block);
}

/** The places of the kernel along an axis that reach every stride-th fine pixel from `phase` on. */
interface Reach {
  /** Nearest to the image's start first. */
  readonly places: readonly number[];
  readonly before: number;
  readonly after: number;
}

function reachesOf(geometry: Geometry, axis: number): Reach[] | undefined {
  const { fine, kernel, stride, dilation, before } = geometry;
  const [step, length] = [at(stride, axis), at(fine, axis)];
  if (length % step !== 0 || (step > 1 && at(dilation, axis) > 1)) return undefined;
  const coarse = coarseOf(geometry)[axis] as number;
  const reaches = Array.from({ length: step }, (_, phase) => {
    const shiftOf = (k: number): number => (phase + (before[axis] ?? 0) - k * at(dilation, axis)) / step;
    const reaching = Array.from({ length: at(kernel, axis) }, (_, k) => k)
      .filter((k) => Number.isInteger(shiftOf(k)))
      .reverse();
    const [first, last] = [shiftOf(reaching[0] ?? 0), shiftOf(reaching.at(-1) ?? 0)];
    return { places: reaching, before: -first, after: length / step - coarse + last };
  });
  const fits = reaches.every((reach) => reach.places.length > 0 && reach.before >= 0 && reach.after >= 0);
  return fits ? reaches : undefined;
}

interface Phase {
  /** Numbers of the kernel's places, in the order of the turned kernel. */
  readonly places: readonly number[];
  readonly kernel: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** The phases of the fine side, row by row, or undefined where they are not alike. */
function directPhases(geometry: Geometry): Phase[] | undefined {
  const [rows, columns] = axes.map((axis) => reachesOf(geometry, axis));
  if (rows === undefined || columns === undefined) return undefined;
  return rows.flatMap((row) =>
    columns.map((column) => ({
      places: row.places.flatMap((k) => column.places.map((l) => k * at(geometry.kernel, 1) + l)),
      kernel: [row.places.length, column.places.length],
      before: [row.before, column.before],
      after: [row.after, column.after],
    })),
  );
}

/** y [batch, ...coarse, channels] and weights to [batch, ...fine, channels]: a convolution for each sub-pixel phase. */
export function directUp(y: Expr, w: Expr, geometry: Geometry, block: number): Expr | undefined {
  const [coarse, fine] = w.shape as number[] as [number, number];
  if (!isImage(geometry) || coarse % block !== 0 || fine % block !== 0) return undefined;
  const phases = planOf(geometry, directPhases);
  if (phases === undefined) return undefined;
  const { stride, dilation, fine: space } = geometry;
  const weights = turnedWeightBlocks(w, block);
  const images = phases.map((phase) => {
    const chosen = kernelOf(weights.gather(indices(phase.places), 2), phase.kernel);
    const { before, after } = phase;
    const attrs = { block, stride: ones, dilation, before, after };
    return directConv(blocked(y, block), chosen, attrs);
  });
  const [batch, count, height, width] = (images[0] as Expr).shape as number[] as [
    number,
    number,
    number,
    number,
  ];
  const [down, across] = [at(stride, 0), at(stride, 1)];
  const rows = Array.from({ length: down }, (_, row) => {
    const inRow = images.slice(row * across, (row + 1) * across);
    const joined = concat(
      inRow.map((x) => x.reshape([batch, count, height, width, 1, block])),
      4,
    );
    return joined.reshape([batch, count, height, 1, width * across, block]);
  });
  const image = concat(rows, 3).reshape([batch, count, space[0] as number, space[1] as number, block]);
  return unblocked(image, block);
}

/** With zeros before and after an axis; fewer than none are cut off. */
function fitted(x: Expr, axis: number, before: number, after: number): Expr {
  const kept = after < 0 ? x.slice(axis, 0, (x.shape[axis] as number) + after) : x;
  return kept.pad(axis, before, Math.max(0, after));
}

/** Zeros after the fine side with which a kernel as large as the coarse side, dilated by the stride, has the weights' places. */
function roomAfter(geometry: Geometry, axis: number): number {
  const { fine, kernel, stride, dilation, before } = geometry;
  const reach = ((coarseOf(geometry)[axis] as number) - 1) * at(stride, axis) + 1;
  return reach + (at(kernel, axis) - 1) * at(dilation, axis) - at(fine, axis) - (before[axis] ?? 0);
}

/**
 * x [batch, ...fine, channels] and y [batch, ...coarse, channels] to the gradient of the weights between them: a convolution
 * whose images are x's channels, whose kernel is y and whose channels are the examples. A row's ends are written
 * out, for the engine takes the pixels of an edge one by one.
 */
export function directWeights(x: Expr, y: Expr, geometry: Geometry, block: number): Expr | undefined {
  const [coarse, fine] = [y, x].map((side) => side.shape.at(-1) as number) as [number, number];
  const examples = x.shape[0] as number | string;
  if (!isImage(geometry) || coarse % block !== 0 || typeof examples === "string") return undefined;
  if (2 * examples < block) return undefined;
  const batch = Math.ceil(examples / block);
  const whole = (side: Expr): Expr => side.pad(0, 0, batch * block - examples);
  const { before } = geometry;
  const [below, right] = axes.map((axis) => roomAfter(geometry, axis)) as [number, number];
  const isBlocked = fine % block === 0;
  const first = isBlocked ? 2 : 1;
  const image = whole(isBlocked ? blocked(x, block) : x);
  const wide = fitted(fitted(image, first + 1, before[1] ?? 0, right), first, 0, Math.min(0, below));
  const [height, width] = wide.shape.slice(first, first + 2) as [number, number];
  const pixels = height * width;
  const byChannel = relaid(
    wide,
    isBlocked
      ? [
          { shape: [batch, block, fine / block, pixels, block], order: [2, 0, 3, 1, 4] },
          { shape: [fine / block, batch * pixels * block, block], order: [0, 2, 1] },
        ]
      : [
          { shape: [batch, block, pixels * fine], order: [0, 2, 1] },
          { shape: [batch, pixels, fine, block], order: [2, 0, 1, 3], looksUp: true },
        ],
    [fine, batch, height, width, block],
  );
  const space = coarseOf(geometry);
  const kernel = whole(blocked(y, block))
    .reshape([batch, block, coarse / block, (space[0] as number) * (space[1] as number), block])
    .transpose([2, 0, 3, 1, 4])
    .reshape([coarse / block, batch, ...space, block, block]);
  const attrs = {
    block,
    stride: geometry.dilation,
    dilation: geometry.stride,
    before: [before[0] ?? 0, 0],
    after: [Math.max(0, below), 0],
  };
  const sums = directConv(byChannel, kernel, attrs);
  const count = area(geometry.kernel);
  const byOut = { shape: [fine, coarse / block, count * block], order: [1, 0, 2] };
  const turned = { shape: [coarse / block, fine * count, block], order: [0, 2, 1] };
  return relaid(sums, [byOut, turned], [coarse, fine, ...geometry.kernel]);
}

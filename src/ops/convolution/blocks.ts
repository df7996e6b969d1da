import type { Expr } from "../../graph/index.js";
import type { Dim, Shape } from "../../tensor/index.js";
import { area } from "./geometry.js";
import { indices, leavesImage, type Lookup } from "./indices.js";

/*
 * Inside a convolution an image is a list of blocks [channels, examples], one for each pixel and group: batch last, as
 * dense layers keep their activations, so that a convolution is one gather of whole blocks and one broadcast product.
 */

/** x [batch, ...space, channels] as blocks [pixels * groups, channels / groups, batch]. */
export function blocksOf(x: Expr, groups: number): Expr {
  const last = [...x.shape.keys()].slice(1);
  const turned = x.transpose([...last, 0]);
  const [batch, ...example] = x.shape as [Dim, ...number[]];
  const channels = (example.at(-1) ?? 1) / groups;
  return turned.reshape([area(example.slice(0, -1)) * groups, channels, batch]);
}

/** Blocks, in the order of the pixels, as [batch, ...space, channels]. */
export function imageOf(blocks: Expr, space: readonly number[], channels: number): Expr {
  const batch = blocks.shape.at(-1) as Dim;
  const image = blocks.reshape([...space, channels, batch]);
  return image.transpose([image.rank - 1, ...image.shape.keys()].slice(0, image.rank));
}

/** Blocks with a block of zeros after them, where a lookup needs it. */
export function withZeros(blocks: Expr, ...lookups: readonly Lookup[]): Expr {
  return lookups.some(leavesImage) ? blocks.pad(0, 0, 1) : blocks;
}

/** What a lookup names, side by side: [pixels, (groups,) offsets * channels, batch]; without the axis of a single group. */
export function columnsOf(blocks: Expr, lookup: Lookup, groups: number): Expr {
  const found = withZeros(blocks, lookup).gather(indices(lookup.blocks));
  const [, channels, batch] = blocks.shape as [Dim, number, Dim];
  return found.reshape(stacked(lookup.pixels, groups, lookup.offsets * channels, batch));
}

/** Blocks with an axis of groups, if there are several. */
export function byGroup(blocks: Expr, groups: number): Expr {
  const [count, channels, batch] = blocks.shape as [number, number, Dim];
  return blocks.reshape(stacked(count / groups, groups, channels, batch));
}

function stacked(pixels: number, groups: number, rows: number, batch: Dim): Shape {
  return groups === 1 ? [pixels, rows, batch] : [pixels, groups, rows, batch];
}

import { type Expr, scalar } from "../../graph/index.js";
import type { Dim } from "../../tensor/index.js";
import { sumOfRows } from "../reduce.js";
import { concat } from "../slice.js";
import { blocksOf, byGroup, columnsOf, imageOf } from "./blocks.js";
import { area, coarseOf, type Geometry } from "./geometry.js";
import {
  allPlaces,
  columnsOfCoarse,
  columnsOfFine,
  indices,
  type Lookup,
  phased,
  planOf,
} from "./indices.js";

/** Sizes of a convolution's weights [coarse channels, fine channels of a group, ...kernel]. */
interface Sizes {
  readonly groups: number;
  /** Places of the kernel. */
  readonly places: number;
  /** Channels of a group on either side. */
  readonly coarse: number;
  readonly fine: number;
}

function sizesOf(shape: readonly Dim[], { groups, kernel }: Geometry): Sizes {
  const [coarse, fine] = shape as readonly number[] as [number, number];
  return { groups, places: area(kernel), coarse: coarse / groups, fine };
}

/** Matrices, one for each group, or the one. */
function matrices(w: Expr, { groups }: Sizes, rows: number, columns: number): Expr {
  return w.reshape(groups === 1 ? [rows, columns] : [groups, rows, columns]);
}

/** Weights [coarse, fine, ...kernel] as [coarse, kernel * fine] of each group. */
function rowsOfCoarse(w: Expr, sizes: Sizes): Expr {
  const { groups, places, coarse, fine } = sizes;
  const ordered = w.reshape([groups, coarse, fine, places]).transpose([0, 1, 3, 2]);
  return matrices(ordered, sizes, coarse, places * fine);
}

/** The same as [groups, kernel, coarse, fine]. */
function kernelFirst(w: Expr, { groups, places, coarse, fine }: Sizes): Expr {
  return w.reshape([groups, coarse, fine, places]).transpose([0, 3, 1, 2]);
}

/** [kernel * coarse, fine] of each group. */
function rowsOfKernel(w: Expr, sizes: Sizes): Expr {
  return matrices(kernelFirst(w, sizes), sizes, sizes.places * sizes.coarse, sizes.fine);
}

/**
 * Chosen places of the kernel, transposed: [fine, places * coarse] of each group or, with `stacked`, [places * fine, coarse].
 * The places are looked up even where they are all: ONNX Runtime would take a mere transpose into the product, and there
 * make it anew for every pixel.
 */
function transposedRows(w: Expr, sizes: Sizes, kernel: readonly number[], stacked: boolean): Expr {
  const { coarse, fine } = sizes;
  const chosen = kernelFirst(w, sizes).gather(indices(kernel), 1);
  return stacked
    ? matrices(chosen.transpose([0, 1, 3, 2]), sizes, kernel.length * fine, coarse)
    : matrices(chosen.transpose([0, 3, 1, 2]), sizes, fine, kernel.length * coarse);
}

/** Products with the kernel stacked in the rows, [..., places * channels, batch], as blocks of a place each. */
function byPlace(product: Expr, places: number): Expr {
  const batch = product.shape.at(-1) as Dim;
  const lead = product.shape.slice(0, -2) as readonly number[];
  const channels = (product.shape.at(-2) as number) / places;
  return product.reshape([area(lead) * places, channels, batch]);
}

/**
 * For each pixel the sum of the blocks that reach it, one for each offset of a lookup, of products with the whole kernel:
 * `weights` [places * channels, ...] times every block. What lies outside is a block of zeros on the shorter side of the
 * product.
 */
function productsFirst(
  weights: Expr,
  blocks: Expr,
  lookups: readonly Lookup[],
  { groups, places }: Sizes,
): Expr[] {
  const [more, less] = weights.shape.slice(-2) as [number, number];
  const outside = lookups.some(({ parts, zero }) => parts.some((part) => part.includes(zero * places)));
  const padsInput = outside && less <= more;
  const inputs = padsInput ? blocks.pad(0, 0, groups) : blocks;
  const products = byPlace(weights.matmul(byGroup(inputs, groups)), places);
  const padded = outside && !padsInput ? products.pad(0, 0, 1) : products;
  return lookups.map(({ parts }) => {
    const taken = parts.map((part) => padded.gather(indices(part)));
    return taken.reduce((sum, part) => sum.add(part));
  });
}

/** What a form is chosen by: work by which the one or the other grows. */
function isLess(products: number, columns: number): boolean {
  return products < columns;
}

/** x [batch, ...fine, channels] and weights to [batch, ...coarse, channels]. */
export function downForm(x: Expr, w: Expr, geometry: Geometry): Expr {
  const sizes = sizesOf(w.shape, geometry);
  const { groups, coarse, fine } = sizes;
  const space = coarseOf(geometry);
  const blocks = blocksOf(x, groups);
  const lookup = planOf(geometry, columnsOfFine);
  const early = isLess(area(geometry.fine) * coarse, area(space) * fine);
  const [result] = early
    ? productsFirst(rowsOfKernel(w, sizes), blocks, [lookup], sizes)
    : [rowsOfCoarse(w, sizes).matmul(columnsOf(blocks, lookup, groups))];
  return imageOf(result as Expr, space, coarse * groups);
}

/** y [batch, ...coarse, channels] and weights to [batch, ...fine, channels]. */
export function upForm(y: Expr, w: Expr, geometry: Geometry): Expr {
  const sizes = sizesOf(w.shape, geometry);
  const { groups, coarse, fine } = sizes;
  const blocks = blocksOf(y, groups);
  const { phases, order } = planOf(geometry, phased);
  const batch = blocks.shape[2] as Dim;
  const reached = phases.filter(({ kernel }) => kernel.length > 0);
  const results =
    fine < 48 || 2 * fine <= coarse
      ? productsFirst(
          transposedRows(w, sizes, planOf(geometry, allPlaces), true),
          blocks,
          reached.map(({ lookup }) => lookup),
          sizes,
        )
      : reached.map(({ kernel, lookup }) =>
          transposedRows(w, sizes, kernel, false).matmul(columnsOf(blocks, lookup, groups)),
        );
  const parts = phases.map((phase) => {
    const shape = [phase.lookup.pixels * groups, fine, batch];
    const result = results[reached.indexOf(phase)];
    return result === undefined
      ? scalar(0, y.dtype).expand(shape, blocks.slice(0, 0, 1).slice(1, 0, 1))
      : result.reshape(shape);
  });
  const joined = concat(parts, 0);
  const image = phases.length === 1 ? joined : joined.gather(indices(order));
  return imageOf(image, geometry.fine, fine * groups);
}

function sumOverPixels(products: Expr): Expr {
  return products.shape.includes(0) ? products.sum(0) : sumOfRows(products, 1);
}

/**
 * The sum over pixels of a [pixels, (groups,) m, batch] times b [pixels, (groups,) n, batch] transposed. Products of wide
 * layers are larger than their operands: these are then laid side by side and multiplied once.
 */
function sumOfProducts(a: Expr, b: Expr): Expr {
  const [m, n] = [a, b].map((x) => x.shape.at(-2) as number) as [number, number];
  const batch = a.shape.at(-1) as Dim;
  if (a.rank > 3 || typeof batch === "string" || m * n < 2 * batch * (m + n)) {
    // The engine copies the second operand of every product: the one of few channels comes second.
    if (m <= 32 && n !== m) return sumOverPixels(b.matmul(a.matrixTranspose())).matrixTranspose();
    return sumOverPixels(a.matmul(b.matrixTranspose()));
  }
  const [left, right] = [a, b].map((x) => x.transpose([1, 0, 2]).reshape([x.shape[1] as number, -1]));
  return (left as Expr).matmul((right as Expr).transpose());
}

/** x [batch, ...fine, channels] and y [batch, ...coarse, channels] to the gradient of the weights between them. */
export function weightsForm(x: Expr, y: Expr, geometry: Geometry): Expr {
  const { groups, kernel } = geometry;
  const [coarse, fine] = [y, x].map((side) => (side.shape.at(-1) as number) / groups) as [number, number];
  const count = area(kernel);
  const blocks = { x: blocksOf(x, groups), y: blocksOf(y, groups) };
  const fromCoarse =
    geometry.stride.every((by) => by === 1) &&
    isLess(area(geometry.fine) * coarse, area(coarseOf(geometry)) * fine);
  const columns = fromCoarse
    ? columnsOf(blocks.y, planOf(geometry, columnsOfCoarse), groups)
    : columnsOf(blocks.x, planOf(geometry, columnsOfFine), groups);
  const rows = byGroup(fromCoarse ? blocks.x : blocks.y, groups);
  const sum = sumOfProducts(rows, columns);
  const ordered = fromCoarse
    ? sum.reshape([groups, fine, count, coarse]).transpose([0, 3, 1, 2])
    : sum.reshape([groups, coarse, count, fine]).transpose([0, 1, 3, 2]);
  return ordered.reshape([groups * coarse, fine, ...kernel]);
}

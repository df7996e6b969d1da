import { type Expr, scalar } from "../../graph/index.js";
import type { Dim } from "../../tensor/index.js";
import { concat } from "../slice.js";
import { blocksOf, byGroup, columnsOf, imageOf } from "./blocks.js";
import { area, coarseOf, type Geometry } from "./geometry.js";
import { columnsOfCoarse, columnsOfFine, indices, type Lookup, phased, planOf } from "./indices.js";

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

/** Weights [coarse, fine, ...kernel] as matrices, one a group, of `rows` and `columns`: c, f and k, coarse, fine and kernel. */
function arranged(
  w: Expr,
  { groups, places, coarse, fine }: Sizes,
  [rows, columns]: readonly [string, string],
  kernel?: readonly number[],
): Expr {
  const whole = w.reshape([groups, coarse, fine, places]);
  const taken = kernel === undefined || kernel.length === places ? whole : whole.gather(indices(kernel), 3);
  const axes = [...rows, ...columns].map((name) => " cfk".indexOf(name));
  const turned = taken.transpose([0, ...axes]);
  const lengths = turned.shape.slice(1) as number[];
  const matrix = [area(lengths.slice(0, rows.length)), area(lengths.slice(rows.length))];
  return turned.reshape(groups === 1 ? matrix : [groups, ...matrix]);
}

/** Products with the kernel stacked in the rows, [..., places * channels, batch], as blocks of a place each. */
function byPlace(product: Expr, places: number): Expr {
  const batch = product.shape.at(-1) as Dim;
  const lead = product.shape.slice(0, -2) as readonly number[];
  const channels = (product.shape.at(-2) as number) / places;
  return product.reshape([area(lead) * places, channels, batch]);
}

/** The sum of one block for each offset of a lookup: the products, [..., places * channels, batch], that reach a pixel. */
function gathered(products: Expr, { parts, zero }: Lookup, places: number): Expr {
  const blocks = byPlace(products, places);
  const padded = blocks.pad(0, 0, 1);
  const taken = parts.map((part) => (part.includes(zero * places) ? padded : blocks).gather(indices(part)));
  return taken.reduce((sum, part) => sum.add(part));
}

/** What a form is chosen by: work by which the one or the other grows. */
function productFirst(columns: number, products: number): boolean {
  return products < columns;
}

/** x [batch, ...fine, channels] and weights to [batch, ...coarse, channels]. */
export function downForm(x: Expr, w: Expr, geometry: Geometry): Expr {
  const sizes = sizesOf(w.shape, geometry);
  const { groups, places, coarse, fine } = sizes;
  const space = coarseOf(geometry);
  const blocks = blocksOf(x, groups);
  const lookup = planOf(geometry, columnsOfFine);
  const early = productFirst(area(space) * fine, area(geometry.fine) * coarse);
  const result = early
    ? gathered(arranged(w, sizes, ["kc", "f"]).matmul(byGroup(blocks, groups)), lookup, places)
    : arranged(w, sizes, ["c", "kf"]).matmul(columnsOf(blocks, lookup, groups));
  return imageOf(result, space, coarse * groups);
}

/** y [batch, ...coarse, channels] and weights to [batch, ...fine, channels]. */
export function upForm(y: Expr, w: Expr, geometry: Geometry): Expr {
  const sizes = sizesOf(w.shape, geometry);
  const { groups, places, coarse, fine } = sizes;
  const blocks = blocksOf(y, groups);
  const { phases, order } = planOf(geometry, phased);
  const batch = blocks.shape[2] as Dim;
  const early = fine < 48 || 2 * fine <= coarse;
  const products = early ? arranged(w, sizes, ["kf", "c"]).matmul(byGroup(blocks, groups)) : undefined;
  const parts = phases.map(({ kernel, lookup }) => {
    const count = lookup.pixels * groups;
    if (kernel.length === 0)
      return scalar(0, y.dtype).expand([count, fine, batch], blocks.slice(0, 0, 1).slice(1, 0, 1));
    const part =
      products === undefined
        ? arranged(w, sizes, ["f", "kc"], kernel).matmul(columnsOf(blocks, lookup, groups))
        : gathered(products, lookup, places);
    return part.reshape([count, fine, batch]);
  });
  const joined = concat(parts, 0);
  const image = phases.length === 1 ? joined : joined.gather(indices(order));
  return imageOf(image, geometry.fine, fine * groups);
}

/** x [batch, ...fine, channels] and y [batch, ...coarse, channels] to the gradient of the weights between them. */
export function weightsForm(x: Expr, y: Expr, geometry: Geometry): Expr {
  const { groups, kernel } = geometry;
  const [coarse, fine] = [y, x].map((side) => (side.shape.at(-1) as number) / groups) as [number, number];
  const count = area(kernel);
  const blocks = { x: blocksOf(x, groups), y: blocksOf(y, groups) };
  const fromCoarse =
    geometry.stride.every((by) => by === 1) &&
    productFirst(area(coarseOf(geometry)) * fine, area(geometry.fine) * coarse);
  const columns = fromCoarse
    ? columnsOf(blocks.y, planOf(geometry, columnsOfCoarse), groups)
    : columnsOf(blocks.x, planOf(geometry, columnsOfFine), groups);
  const rows = byGroup(fromCoarse ? blocks.x : blocks.y, groups);
  const sum = rows.matmul(columns.matrixTranspose()).sum(0);
  const turned = fromCoarse
    ? sum.reshape([groups, fine, count, coarse]).transpose([0, 3, 1, 2])
    : sum.reshape([groups, coarse, count, fine]).transpose([0, 1, 3, 2]);
  return turned.reshape([groups * coarse, fine, ...kernel]);
}

import { be, type Check, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import { type Tensor, tensor, UserError } from "../tensor/index.js";

/** How neighbours are looked for. */
export interface NearestOptions {
  /** How many for each query; default 10. */
  readonly k?: number;
  /**
   * What each coordinate's difference is multiplied by [latent], such as the square root of the posterior's precision
   * there; default 1: Euclidean distance.
   */
  readonly scale?: ArrayLike<number>;
  /** Of each query, the row among the known codes that is itself and no neighbour, or -1; default none. */
  readonly self?: ArrayLike<number>;
}

/** The neighbours of each query, nearest first; of equal distances the lower row comes first. */
export interface Neighbours {
  /** Rows of the known codes [queries, k]. */
  readonly indices: Tensor<"int32">;
  /** Their distances [queries, k]. */
  readonly distances: Tensor<"float32">;
}

const someNumbers: Check = {
  expected: "numbers, such as a Float32Array",
  ok: (value) => Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value),
};

const checks = {
  k: be.whole(1),
  scale: someNumbers,
  self: someNumbers,
} as const satisfies ChecksOf<NearestOptions>;

/** Known codes that are compared at a time, so that they stay in a core's cache while all queries pass by. */
const block = 256;

function requireCodes(name: string, { shape, data }: Tensor<"float32">): readonly [n: number, size: number] {
  const [n = 0, size = 0] = shape;
  if (shape.length !== 2 || n === 0 || size === 0) {
    throw new UserError(
      `nearestCodes: ${name} must have the shape [n, latent], got [${shape.join(", ")}]`,
      2,
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new UserError(`nearestCodes: row ${Math.floor(bad / size)} of ${name} holds ${data[bad]}`, 2);
  return [n, size];
}

function scaled(
  { data }: Tensor<"float32">,
  size: number,
  scale: ArrayLike<number> | undefined,
): Float32Array {
  return scale === undefined ? data : data.map((value, i) => value * (scale[i % size] ?? 1));
}

/** Puts a distance into a query's sorted list, which keeps the k smallest. */
function insert(
  distances: Float32Array,
  indices: Int32Array,
  start: number,
  k: number,
  d: number,
  row: number,
): void {
  let at = start + k - 1;
  while (at > start && (distances[at - 1] ?? 0) > d) {
    distances[at] = distances[at - 1] ?? 0;
    indices[at] = indices[at - 1] ?? 0;
    at--;
  }
  distances[at] = d;
  indices[at] = row;
}

/**
 * The `k` nearest of known codes [n, latent] to each query [queries, latent], exactly, block by block. Throws a UserError
 * for other shapes, numbers that are not finite, and a `k` that is more than there are neighbours.
 */
export function nearestCodes(
  known: Tensor<"float32">,
  queries: Tensor<"float32">,
  options: NearestOptions = {},
): Neighbours {
  requireArgument("nearestCodes", "the known codes", known, be.tensor("float32"));
  requireArgument("nearestCodes", "the queries", queries, be.tensor("float32"));
  requireOptions("nearestCodes", options, checks);
  const { k = 10, scale, self } = options;
  const [n, size] = requireCodes("the known codes", known);
  const [m, other] = requireCodes("the queries", queries);
  if (size !== other)
    throw new UserError(`nearestCodes: the known codes have ${size} numbers, the queries ${other}`, 2);
  if (scale !== undefined && scale.length !== size) {
    throw new UserError(
      `nearestCodes: scale must have ${size} numbers, one a coordinate, got ${scale.length}`,
      2,
    );
  }
  const most = self === undefined ? n : n - 1;
  if (k > most)
    throw new UserError(`nearestCodes: k is ${k}, but there are only ${most} neighbours to choose from`, 2);
  const [a, b] = [scaled(known, size, scale), scaled(queries, size, scale)];
  const indices = new Int32Array(m * k).fill(-1);
  const distances = new Float32Array(m * k).fill(Infinity);
  for (let from = 0; from < n; from += block) {
    const to = Math.min(n, from + block);
    for (let q = 0; q < m; q++) {
      const itself = self?.[q] ?? -1;
      const [start, last] = [q * k, q * k + k - 1];
      let worst = distances[last] ?? Infinity;
      for (let row = from; row < to; row++) {
        let sum = 0;
        const [at, place] = [row * size, q * size];
        for (let d = 0; d < size; d++) {
          const difference = (a[at + d] as number) - (b[place + d] as number);
          sum += difference * difference;
        }
        if (sum >= worst || row === itself) continue;
        insert(distances, indices, start, k, sum, row);
        worst = distances[last] ?? Infinity;
      }
    }
  }
  return {
    indices: tensor("int32", [m, k], indices),
    distances: tensor("float32", [m, k], distances.map(Math.sqrt)),
  };
}

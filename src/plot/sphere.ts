import { be, formatShape, requireArgument, tensor, type Tensor, UserError } from "../tensor/index.js";

/** Codes [n, d] to decode, and where the images of them go (see `placedImages`). */
export interface PlacedCodes {
  readonly codes: Tensor<"float32">;
  readonly places: readonly (readonly [x: number, y: number])[];
}

function placed(codes: readonly (readonly number[])[], places: PlacedCodes["places"]): PlacedCodes {
  const width = codes[0]?.length ?? 0;
  return { codes: tensor("float32", [codes.length, width], Float32Array.from(codes.flat())), places };
}

/** `count` directions of the plane at equal angles, their images in a circle: (1, 0) at the right, (0, 1) on top. */
export function circleCodes(count: number): PlacedCodes {
  requireArgument("circleCodes", "the number of images", count, be.whole(1));
  const angles = Array.from({ length: count }, (_, i) => (2 * Math.PI * i) / count);
  const codes = angles.map((angle) => [Math.cos(angle), Math.sin(angle)]);
  // An image's diagonal is the room that it needs.
  const radius = count === 1 ? 0 : Math.SQRT1_2 / Math.sin(Math.PI / count);
  return placed(
    codes,
    codes.map(([x = 0, y = 0]) => [x * radius, y * radius]),
  );
}

/**
 * Directions of space as seen from far away along the third axis, `size` images across: the half that faces the
 * viewer (third coordinate above 0) on the left and, walked round to, the back on the right.
 */
export function sphereCodes(size: number): PlacedCodes {
  requireArgument("sphereCodes", "size", size, be.whole(1, 10_000));
  const codes: number[][] = [];
  const places: [number, number][] = [];
  for (const side of [1, -1]) {
    for (let i = 0; i < size * size; i++) {
      const [column, row] = [i % size, Math.floor(i / size)];
      const [u, v] = [(2 * column + 1) / size - 1, 1 - (2 * row + 1) / size];
      const depth = 1 - u * u - v * v;
      if (depth < 0) continue;
      codes.push([side * u, v, side * Math.sqrt(depth)]);
      places.push([column + (side === 1 ? 0 : size + 1), -row]);
    }
  }
  return placed(codes, places);
}

/** Points of the simplex in three coordinates, `size` images a side of the triangle; its corners are the axes. */
export function triangleCodes(size: number): PlacedCodes {
  requireArgument("triangleCodes", "size", size, be.whole(1, 10_000));
  const codes: number[][] = [];
  const places: [number, number][] = [];
  const last = Math.max(1, size - 1);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      codes.push([(last - row) / last, (row - column) / last, column / last]);
      places.push([column - row / 2, -row]);
    }
  }
  return placed(codes, places);
}

function countOf(where: string, codes: Tensor): number {
  requireArgument(where, "codes", codes, be.tensor());
  const [n = 0, size] = codes.shape;
  if (codes.shape.length === 2 && size === 3) return n;
  throw new UserError(`${where} takes codes of shape [n, 3], got ${formatShape(codes.shape)}`, 2);
}

/** Directions [n, 3] as {@link sphereCodes} places them, in two discs of radius 1 around (0, 0) and (2.2, 0). */
export function sphereMap(codes: Tensor): Tensor<"float32"> {
  const n = countOf("sphereMap", codes);
  const out = tensor("float32", [n, 2]);
  for (let i = 0; i < n; i++) {
    const [x, y, z] = [0, 1, 2].map((k) => Number(codes.data[3 * i + k])) as [number, number, number];
    const length = Math.hypot(x, y, z) || 1;
    out.data[2 * i] = z >= 0 ? x / length : 2.2 - x / length;
    out.data[2 * i + 1] = y / length;
  }
  return out;
}

/** Shares [n, 3] in the triangle of {@link triangleCodes}: corners (0, √3/2), (-1/2, 0) and (1/2, 0). */
export function triangleMap(codes: Tensor): Tensor<"float32"> {
  const n = countOf("triangleMap", codes);
  const out = tensor("float32", [n, 2]);
  for (let i = 0; i < n; i++) {
    out.data[2 * i] = (Number(codes.data[3 * i + 2]) - Number(codes.data[3 * i + 1])) / 2;
    out.data[2 * i + 1] = (Number(codes.data[3 * i]) * Math.sqrt(3)) / 2;
  }
  return out;
}

import { moved } from "../model/moves";
import type { LatentPart } from "../model/space";
import { type Chart, keyOfOthers, turn } from "./chart";

export type Vector = readonly [number, number, number];
/** Rows of a rotation: where right, up and towards the viewer point in the latent space. */
export type Rotation = readonly [Vector, Vector, Vector];

export const unturned: Rotation = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

const radius = 0.47;
const count = 220;

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const plus = (a: Vector, b: Vector, factor: number): Vector => [
  a[0] + factor * b[0],
  a[1] + factor * b[1],
  a[2] + factor * b[2],
];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const unit = (a: Vector): Vector => {
  const length = Math.sqrt(dot(a, a)) || 1;
  return [a[0] / length, a[1] / length, a[2] / length];
};

/** The ball turned by angles: to the right about the vertical, up about the horizontal. */
export function turned([right, up, front]: Rotation, byX: number, byY: number): Rotation {
  const [cx, sx, cy, sy] = [Math.cos(byX), Math.sin(byX), Math.cos(byY), Math.sin(byY)];
  const mixed = (a: Vector, wa: number, b: Vector, wb: number): Vector =>
    plus([a[0] * wa, a[1] * wa, a[2] * wa], b, wb);
  const [right1, front1] = [mixed(right, cx, front, sx), mixed(front, cx, right, -sx)];
  const [up1, front2] = [mixed(up, cy, front1, -sy), mixed(front1, cy, up, sy)];
  // Orthonormal again, so that many small turns don't shear it.
  const f = unit(front2);
  const u = unit(plus(up1, f, -dot(up1, f)));
  return [dot(right1, cross(u, f)) < 0 ? plus([0, 0, 0], cross(u, f), -1) : cross(u, f), u, f];
}

/** Points all over the ball, evenly (Fibonacci's lattice). */
const lattice: readonly Vector[] = Array.from({ length: count }, (_, i): Vector => {
  const z = 1 - (2 * i + 1) / count;
  const angle = i * Math.PI * (3 - Math.sqrt(5));
  const r = Math.sqrt(1 - z * z);
  return [r * Math.cos(angle), r * Math.sin(angle), z];
});

/** Three coordinates of a code of length 1 as a ball; of more, those three at what the others leave over. */
export function ballChart(
  part: LatentPart,
  dims: readonly number[],
  rotation: Rotation,
  z: Float32Array,
): Chart {
  const [a = 0, b = 1, c = 2] = dims;
  const [right, up, front] = rotation;
  const vectorOf = (code: Float32Array): Vector => unit([code[a] ?? 0, code[b] ?? 0, code[c] ?? 0]);
  const lengthOf = (code: Float32Array): number =>
    part.size === 3 ? 1 : Math.max(Math.hypot(code[a] ?? 0, code[b] ?? 0, code[c] ?? 0), 0.02);
  const at = (from: Float32Array, vector: Vector): Float32Array => {
    const length = lengthOf(from);
    return moved(from, part, new Map([a, b, c].map((dim, i) => [dim, (vector[i] ?? 0) * length])));
  };
  const seen = (vector: Vector) => ({
    x: 0.5 + radius * dot(vector, right),
    y: 0.5 - radius * dot(vector, up),
    depth: dot(vector, front),
  });
  const onBall = (x: number, y: number): Vector | undefined => {
    const [u, v] = [(x - 0.5) / radius, (0.5 - y) / radius];
    const rest = 1 - u * u - v * v;
    if (rest < -0.1) return undefined;
    return unit(plus(plus(plus([0, 0, 0], right, u), up, v), front, Math.sqrt(Math.max(0, rest))));
  };
  return {
    shape: "ball",
    dims,
    axes: [],
    place: (code) => seen(vectorOf(code)),
    codeAt: (x, y, from) => {
      const vector = onBall(x, y);
      return vector && at(from, vector);
    },
    nudge: (code, toRight, toUp) =>
      at(code, unit(plus(plus(vectorOf(code), right, toRight / 20), up, toUp / 20))),
    tiles: {
      key: `ball ${dims.join()} ${keyOfOthers(z, dims)}`,
      code: (tile) => at(z, lattice[tile] ?? [0, 0, 1]),
      order: lattice.map((_, i) => (i * 89) % count),
    },
    placeTile: (tile) => {
      const place = seen(lattice[tile] ?? [0, 0, 1]);
      return { ...place, size: 0.03 + 0.055 * Math.max(0, place.depth) };
    },
    around: (code, covariance) => {
      const angle = Math.min(Math.PI / 2, 2 * Math.sqrt(covariance(a, a)[0]));
      const middle = vectorOf(code);
      const away: Vector = Math.abs(middle[0]) < 0.7 ? [1, 0, 0] : [0, 1, 0];
      const u = unit(cross(middle, away));
      const v = cross(middle, u);
      return turn(48).map((t) =>
        at(
          code,
          unit(
            plus(
              plus(plus([0, 0, 0], middle, Math.cos(angle)), u, Math.sin(angle) * Math.cos(t)),
              v,
              Math.sin(angle) * Math.sin(t),
            ),
          ),
        ),
      );
    },
  };
}

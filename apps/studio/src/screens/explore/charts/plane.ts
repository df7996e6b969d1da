import { coarseFirst } from "../model/backdrop";
import { moved } from "../model/moves";
import type { LatentPart } from "../model/space";
import { ellipseOf } from "../model/spread";
import { type Chart, keyOfOthers, turn } from "./chart";

interface Sides {
  readonly part: LatentPart;
  /** From left to right and, but for a part of one coordinate, from bottom to top. */
  readonly dims: readonly number[];
  readonly ranges: readonly (readonly [number, number])[];
  /** Pictures a side. */
  readonly tiles: number;
}

const inside = (value: number): number => Math.min(1, Math.max(0, value));

/** Two coordinates as a square, or one as a band. */
export function planeChart({ part, dims, ranges, tiles: n }: Sides, z: Float32Array): Chart {
  const [a = 0, b] = dims;
  const [[x0, x1] = [-3, 3], [y0, y1] = [-3, 3]] = ranges;
  const at = (from: Float32Array, x: number, y: number): Float32Array => {
    const values = new Map([[a, x0 + x * (x1 - x0)]]);
    if (b !== undefined) values.set(b, y1 - y * (y1 - y0));
    return moved(from, part, values);
  };
  const rows = b === undefined ? 1 : n;
  const place: Chart["place"] = (code) => ({
    x: ((code[a] ?? 0) - x0) / (x1 - x0),
    y: b === undefined ? 0.5 : (y1 - (code[b] ?? 0)) / (y1 - y0),
    depth: 1,
  });
  return {
    shape: "square",
    dims,
    axes: dims.map((dim, i) => ({ dim, range: ranges[i] ?? [-3, 3] })),
    place,
    codeAt: (x, y, from) => at(from, inside(x), inside(y)),
    nudge: (code, right, up) => {
      const { x, y } = place(code);
      return at(code, inside(x + right / 60), inside(y - up / 60));
    },
    tiles: {
      key: `plane ${dims.join()} ${ranges.flat().join()} ${n} ${keyOfOthers(z, dims)}`,
      code: (tile) => at(z, ((tile % n) + 0.5) / n, (Math.floor(tile / n) + 0.5) / rows),
      order: coarseFirst(n, rows),
    },
    placeTile: (tile) => ({
      x: ((tile % n) + 0.5) / n,
      y: b === undefined ? 0.5 : (Math.floor(tile / n) + 0.5) / n,
      size: 1 / n,
      depth: 1,
    }),
    around: (code, covariance) => {
      const { rx, ry, angle } = ellipseOf(covariance(a, b ?? a));
      return turn(48).map((t) => {
        const [u, v] = [rx * Math.cos(t), ry * Math.sin(t)];
        const next = code.slice();
        next[a] = (code[a] ?? 0) + u * Math.cos(angle) - v * Math.sin(angle);
        if (b !== undefined) next[b] = (code[b] ?? 0) + u * Math.sin(angle) + v * Math.cos(angle);
        return next;
      });
    },
  };
}

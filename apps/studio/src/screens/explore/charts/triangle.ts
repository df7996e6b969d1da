import { tensor, triangleCodes, triangleMap } from "latent/web";
import { moved } from "../model/moves";
import type { LatentPart } from "../model/space";
import { ellipseOf } from "../model/spread";
import { type Chart, keyOfOthers, turn } from "./chart";

const side = 13;
const height = Math.sqrt(3) / 2;
/** Room about the triangle, as a part of the chart's side. */
const edge = 0.06;
const scale = 1 - 2 * edge;

type Shares = readonly [number, number, number];

function onTriangle(shares: Shares): { x: number; y: number; depth: number } {
  const [x = 0, y = 0] = triangleMap(tensor("float32", [1, 3], Float32Array.from(shares))).data;
  return { x: 0.5 + scale * x, y: 1 - edge - (1 - height) * 0.5 * scale - scale * y, depth: 1 };
}

function sharesAt(x: number, y: number): Shares {
  const a = (1 - edge - (1 - height) * 0.5 * scale - y) / scale / height;
  const c = (x - 0.5) / scale + (1 - a) / 2;
  const all = [a, 1 - a - c, c].map((share) => Math.max(0, share));
  const total = all.reduce((sum, share) => sum + share, 0) || 1;
  return all.map((share) => share / total) as unknown as Shares;
}

/** Three shares as a triangle; of more, those three at what the others leave over. */
export function triangleChart(part: LatentPart, dims: readonly number[], z: Float32Array): Chart {
  const [a = 0, b = 1, c = 2] = dims;
  const sum = (code: Float32Array): number => (code[a] ?? 0) + (code[b] ?? 0) + (code[c] ?? 0);
  const at = (from: Float32Array, [p, q, r]: Shares): Float32Array => {
    const left = part.size === 3 ? 1 : Math.max(sum(from), 1e-3);
    return moved(
      from,
      part,
      new Map([
        [a, p * left],
        [b, q * left],
        [c, r * left],
      ]),
    );
  };
  const sharesOf = (code: Float32Array): Shares => {
    const total = sum(code) || 1;
    return [(code[a] ?? 0) / total, (code[b] ?? 0) / total, (code[c] ?? 0) / total];
  };
  const walk = triangleCodes(side).codes.data;
  const corners = Array.from(
    { length: walk.length / 3 },
    (_, i): Shares => [walk[3 * i] ?? 0, walk[3 * i + 1] ?? 0, walk[3 * i + 2] ?? 0],
  );
  return {
    shape: "triangle",
    dims,
    axes: [],
    place: (code) => onTriangle(sharesOf(code)),
    codeAt: (x, y, from) => at(from, sharesAt(x, y)),
    nudge: (code, right, up) => {
      const { x, y } = onTriangle(sharesOf(code));
      return at(code, sharesAt(x + right / 60, y - up / 60));
    },
    tiles: {
      key: `triangle ${dims.join()} ${keyOfOthers(z, dims)}`,
      code: (tile) => at(z, corners[tile] ?? [1, 0, 0]),
      order: corners.map((_, i) => i),
    },
    placeTile: (tile) => ({ ...onTriangle(corners[tile] ?? [1, 0, 0]), size: scale / (side + 1) }),
    around: (code, covariance) => {
      const { rx, ry, angle } = ellipseOf(covariance(a, b));
      return turn(48).map((t) => {
        const [u, v] = [rx * Math.cos(t), ry * Math.sin(t)];
        const [da, db] = [
          u * Math.cos(angle) - v * Math.sin(angle),
          u * Math.sin(angle) + v * Math.cos(angle),
        ];
        const next = code.slice();
        next[a] = Math.max(0, (code[a] ?? 0) + da);
        next[b] = Math.max(0, (code[b] ?? 0) + db);
        next[c] = Math.max(0, (code[c] ?? 0) - da - db);
        return next;
      });
    },
  };
}

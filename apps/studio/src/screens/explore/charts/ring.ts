import { circleCodes } from "latent/web";
import { moved } from "../model/moves";
import type { LatentPart } from "../model/space";
import { type Chart, keyOfOthers } from "./chart";

const count = 20;
const radius = 0.33;

/** An angle, or a direction of the plane, as a ring. */
export function ringChart(part: LatentPart, dim: number, z: Float32Array): Chart {
  const asDirection = part.group === 2;
  const dims = asDirection ? [part.start, part.start + 1] : [dim];
  const angleOf = (code: Float32Array): number =>
    asDirection ? Math.atan2(code[part.start + 1] ?? 0, code[part.start] ?? 0) : (code[dim] ?? 0);
  const at = (from: Float32Array, angle: number): Float32Array =>
    moved(
      from,
      part,
      asDirection
        ? new Map([
            [part.start, Math.cos(angle)],
            [part.start + 1, Math.sin(angle)],
          ])
        : new Map([[dim, angle]]),
    );
  const onRing = (angle: number, r = radius) => ({
    x: 0.5 + r * Math.cos(angle),
    y: 0.5 - r * Math.sin(angle),
    depth: 1,
  });
  const walk = circleCodes(count).codes.data;
  const angles = Array.from({ length: count }, (_, i) => Math.atan2(walk[2 * i + 1] ?? 0, walk[2 * i] ?? 0));
  return {
    shape: "ring",
    dims,
    axes: asDirection ? [] : [{ dim, range: [-Math.PI, Math.PI] }],
    place: (code) => onRing(angleOf(code)),
    codeAt: (x, y, from) => at(from, Math.atan2(0.5 - y, x - 0.5)),
    nudge: (code, right, up) => at(code, angleOf(code) + (up - right) * (Math.PI / 60)),
    tiles: {
      key: `ring ${dims.join()} ${keyOfOthers(z, dims)}`,
      code: (tile) => at(z, angles[tile] ?? 0),
      order: angles.map((_, i) => i),
    },
    placeTile: (tile) => ({ ...onRing(angles[tile] ?? 0, 0.44), size: 0.115 }),
    around: (code, covariance) => {
      const spread = Math.min(Math.PI, 2 * Math.sqrt(covariance(dims[0] ?? 0, dims[0] ?? 0)[0]));
      return Array.from({ length: 25 }, (_, i) => at(code, angleOf(code) + spread * (i / 12 - 1)));
    },
  };
}

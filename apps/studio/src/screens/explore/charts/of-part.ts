import type { Bench } from "../model/bench.svelte";
import type { LatentPart } from "../model/space";
import { ballChart, type Rotation } from "./ball";
import type { Chart } from "./chart";
import { planeChart } from "./plane";
import { ringChart } from "./ring";
import { triangleChart } from "./triangle";

/** How many coordinates of a part its chart shows. */
export function dimsShown({ kind, size, group }: LatentPart): number {
  if (kind === "plane") return Math.min(2, size);
  if (kind === "circle") return group === 2 ? 2 : 1;
  return kind === "simplex" || kind === "sphere" ? 3 : 0;
}

/** The coordinates of a part that its chart shows: those asked for, else those that tell most. */
export function dimsOf(
  part: LatentPart,
  asked: readonly number[],
  order: readonly number[] | undefined,
): readonly number[] {
  const own = Array.from({ length: part.size }, (_, i) => part.start + i);
  const wanted = dimsShown(part);
  const told = asked.filter((dim) => own.includes(dim));
  if (told.length === wanted) return told;
  const byActivity = (order ?? own).filter((dim) => own.includes(dim));
  return byActivity.slice(0, wanted).sort((a, b) => a - b);
}

/** Pictures a side of the ground: small ones many, large ones few. */
function tilesFor(shape: readonly number[]): number {
  const side = Math.max(shape[0] ?? 28, shape[1] ?? 28);
  return side <= 36 ? 20 : side <= 72 ? 12 : 8;
}

/** The chart of a part; undefined for parts that are chosen by buttons. */
export function chartOf(
  bench: Bench,
  part: LatentPart,
  dims: readonly number[],
  rotation: Rotation,
): Chart | undefined {
  const { z, shape } = bench;
  if (part.kind === "plane") {
    const ranges = dims.map((dim) => bench.rangeOf(dim));
    return planeChart({ part, dims, ranges, tiles: tilesFor(shape) }, z);
  }
  if (part.kind === "circle") return ringChart(part, dims[0] ?? part.start, z);
  if (part.kind === "simplex") return triangleChart(part, dims, z);
  if (part.kind === "sphere") return ballChart(part, dims, rotation, z);
  return undefined;
}

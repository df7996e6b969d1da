import { breath } from "./codes";
import type { Tiles } from "../charts/chart";

/** Decoded pictures by their place among a chart's tiles. */
export type Cells = Map<number, Float32Array>;

/** Codes that are decoded at a time: well under a frame for the notebook's decoder. */
const most = 16;

/** The order in which the cells of a grid are decoded: coarse first, then what is between. */
export function coarseFirst(columns: number, rows: number): number[] {
  const found = new Set<number>();
  for (const step of [8, 4, 2, 1]) {
    for (let row = Math.min(rows - 1, Math.floor(step / 2)); row < rows; row += step) {
      for (let column = Math.floor(step / 2); column < columns; column += step)
        found.add(row * columns + column);
    }
  }
  for (let at = 0; at < rows * columns; at++) found.add(at);
  return [...found];
}

/** Codes one after the other. */
export function inOne(codes: readonly Float32Array[]): Float32Array {
  const latent = codes[0]?.length ?? 0;
  const together = new Float32Array(codes.length * latent);
  codes.forEach((code, i) => together.set(code, i * latent));
  return together;
}

/**
 * Decodes the tiles that are missing, in their order, and tells after each few. Stops where `stopped` says so; what is decoded
 * by then stays in `cells`.
 */
export async function fillCells(
  { order, code }: Tiles,
  cells: Cells,
  decode: (codes: Float32Array) => Promise<Float32Array>,
  told: () => void,
  stopped: () => boolean,
): Promise<void> {
  const missing = order.filter((at) => !cells.has(at));
  for (let from = 0; from < missing.length && !stopped(); from += most) {
    const some = missing.slice(from, from + most);
    const values = await decode(inOne(some.map(code)));
    const size = values.length / some.length;
    some.forEach((at, i) => cells.set(at, values.slice(i * size, (i + 1) * size)));
    told();
    await breath();
  }
}

/** Backdrops that were decoded lately, so that going back to one shows it at once. */
export class BackdropCache {
  private readonly kept = new Map<string, Cells>();

  constructor(private readonly most = 12) {}

  cellsOf(key: string): Cells {
    const found = this.kept.get(key) ?? new Map<number, Float32Array>();
    this.kept.delete(key);
    this.kept.set(key, found);
    const oldest = this.kept.keys().next().value;
    if (this.kept.size > this.most && oldest !== undefined) this.kept.delete(oldest);
    return found;
  }

  /** What is decoded of a backdrop, over what is kept of another one, whose tiles lie in the same places. */
  over(key: string, below: string): Cells {
    return new Map([...(this.kept.get(below) ?? []), ...this.cellsOf(key)]);
  }
}

import type { CellColumn } from "./cells.js";

/** Cells of a row in a group's columns: a text, or undefined for what is missing. */
export type KnownCells = readonly (string | undefined)[];

/** What became of the draws of a row in a group's columns. */
export interface Settled {
  /** The texts of each draw in the group's columns, in agreement with the known cells. */
  readonly draws: readonly (readonly string[])[];
  /** One text a column for all draws. */
  readonly single: readonly string[];
  /** What has to be told: no draw agreed and it was filled otherwise, or nothing agrees with what is known. */
  readonly trouble?: "none-drawn" | "contradiction";
}

/** Columns whose cells are filled together, since something holds between them. */
export interface Group {
  readonly columns: readonly CellColumn[];
  /** Fills a row's missing cells of these columns; the draws are of all of them. */
  settle(known: KnownCells, draws: readonly (readonly string[])[]): Settled;
}

/** Draws with the known cells in their places. */
export function withKnown(known: KnownCells, draws: readonly (readonly string[])[]): string[][] {
  return draws.map((draw) => draw.map((text, i) => known[i] ?? text));
}

/** As many draws as there were, of those that agree, in turn. */
export function onlyAgreeing<T>(draws: readonly T[], agrees: (draw: T) => boolean): readonly T[] | undefined {
  const kept = draws.filter(agrees);
  if (kept.length === 0) return undefined;
  let next = 0;
  return draws.map((draw) => (agrees(draw) ? draw : (kept[next++ % kept.length] as T)));
}

import { isCategory, mean, meanOrNull, type TypedColumn } from "./columns.js";
import { type PairScore, pairScores } from "./pairs.js";
import type { Resemblance, ResemblanceDetails } from "./quality.js";
import { missingDifference, shapeScore } from "./shapes.js";

/** A column's own scores. */
export interface ColumnScore {
  readonly name: string;
  readonly shape: number;
  readonly missing: number;
}

/** What shapes and pairs come to, whole and in parts. */
export interface Resembling {
  readonly scores: Resemblance;
  readonly details: ResemblanceDetails;
  readonly columns: readonly ColumnScore[];
  readonly pairs: readonly PairScore[];
}

const WORST = 10;

/** Compares columns one by one. */
export function columnScores(
  columns: readonly TypedColumn[],
): (ColumnScore & { readonly category: boolean })[] {
  return columns.map((column) => ({
    name: column.name,
    shape: shapeScore(column),
    missing: missingDifference(column),
    category: isCategory(column),
  }));
}

/** Compares columns one by one and two by two. */
export function resemblanceOf(columns: readonly TypedColumn[]): Resembling {
  const own = columnScores(columns);
  const all = pairScores(columns);
  const shapes = mean(own.map(({ shape }) => shape));
  const pairs = meanOrNull(all.map(({ score }) => score));
  const shapesOf = (category: boolean): number | null =>
    meanOrNull(own.filter((each) => each.category === category).map(({ shape }) => shape));
  const pairsOf = (correlation: boolean): number | null =>
    meanOrNull(all.filter((each) => each.correlation === correlation).map(({ score }) => score));
  const worst = [...all].sort((a, b) => a.score - b.score).slice(0, WORST);
  return {
    scores: {
      shapes,
      pairs,
      overall: pairs === null ? null : (shapes + pairs) / 2,
      missing_diff: mean(own.map(({ missing }) => missing)),
      shapes_number: shapesOf(false),
      shapes_category: shapesOf(true),
      pairs_correlation: pairsOf(true),
      pairs_contingency: pairsOf(false),
    },
    details: {
      shape_by_column: Object.fromEntries(own.map(({ name, shape }) => [name, shape])),
      missing_diff_by_column: Object.fromEntries(
        own.filter(({ missing }) => missing > 0).map(({ name, missing }) => [name, missing]),
      ),
      worst_pairs: worst.map(({ a, b, score }) => [a, b, score]),
    },
    columns: own,
    pairs: all,
  };
}

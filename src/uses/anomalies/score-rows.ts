import type { Dataset, Split } from "../../data/portable.js";
import { labelName } from "../groups.js";
import type { ScoreName } from "./kinds.js";
import type { ExampleScores } from "./scorer.js";

/** What stands beside the scores in a table. */
export interface ScoresContext {
  readonly dataset: Dataset;
  readonly split: Split;
  readonly id: (row: number) => string;
  readonly by: ScoreName;
  readonly threshold: number;
}

/** Scores as a table: numbers, `flagged` among them, then what is to blame, id and label. */
export interface ScoreTable {
  readonly columns: { readonly numbers: readonly string[]; readonly texts: readonly string[] };
  /** Rows `start` to `end` - 1: numbers [rows, columns] and the texts of each. */
  rows(
    start: number,
    end: number,
  ): { readonly numbers: Float32Array; readonly texts: readonly (readonly string[])[] };
}

/** Scores as a table, a row an example. */
export function scoreTable(
  scores: ExampleScores,
  { dataset, split, id, by, threshold }: ScoresContext,
): ScoreTable {
  const flagged = (scores.columns[by] ?? []).map((value) => Number(value > threshold));
  const found = [
    ...(Object.entries(scores.columns) as [string, ArrayLike<number>][]),
    ["flagged", flagged] as const,
    ["blameShare", scores.blameShare] as const,
  ];
  const labelled = split.labels !== undefined;
  return {
    columns: {
      numbers: found.map(([name]) => name),
      texts: ["blame", "id", ...(labelled ? ["label"] : [])],
    },
    rows(start, end) {
      const count = end - start;
      const numbers = new Float32Array(count * found.length);
      found.forEach(([, values], k) => {
        for (let i = 0; i < count; i++) numbers[i * found.length + k] = values[start + i] ?? Number.NaN;
      });
      const texts = Array.from({ length: count }, (_, i) => [
        scores.blame[start + i] ?? "",
        id(start + i),
        ...(labelled ? [labelName(dataset, split, start + i) ?? ""] : []),
      ]);
      return { numbers, texts };
    },
  };
}

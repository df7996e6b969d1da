import type { Dataset, Split } from "../data/index.js";
import { type ExampleScores, labelName, type ScoreName } from "../uses/index.js";
import { RowsFile } from "./rows-file.js";

/** What stands beside the scores. */
export interface ScoresContext {
  readonly dataset: Dataset;
  readonly split: Split;
  readonly id: (row: number) => string;
  readonly by: ScoreName;
  readonly threshold: number;
}

/** Rows that are written at a time. */
const chunk = 5000;

/** Writes scores, a row an example: numbers, `flagged` among them, then in CSV and Parquet what is to blame, id and label. */
export async function writeScores(
  file: string,
  scores: ExampleScores,
  context: ScoresContext,
): Promise<void> {
  const { dataset, split, id, by, threshold } = context;
  const flagged = (scores.columns[by] ?? []).map((value) => Number(value > threshold));
  const found = [
    ...(Object.entries(scores.columns) as [string, ArrayLike<number>][]),
    ["flagged", flagged] as const,
    ["blameShare", scores.blameShare] as const,
  ];
  const labelled = split.labels !== undefined;
  const columns = {
    numbers: found.map(([name]) => name),
    texts: ["blame", "id", ...(labelled ? ["label"] : [])],
  };
  await RowsFile.write(file, columns, scores.length, async (rows) => {
    for (let start = 0; start < scores.length; start += chunk) {
      const count = Math.min(chunk, scores.length - start);
      const numbers = new Float32Array(count * found.length);
      found.forEach(([, values], k) => {
        for (let i = 0; i < count; i++) numbers[i * found.length + k] = values[start + i] ?? Number.NaN;
      });
      const texts = Array.from({ length: count }, (_, i) => {
        const row = start + i;
        return [
          scores.blame[row] ?? "",
          id(row),
          ...(labelled ? [labelName(dataset, split, row) ?? ""] : []),
        ];
      });
      await rows.add(numbers, texts);
    }
  });
}

import { type ExampleScores, type ScoresContext, scoreTable } from "../uses/index.js";
import { RowsFile } from "./rows-file.js";

/** Rows that are written at a time. */
const chunk = 5000;

/** Writes scores, a row an example: numbers, `flagged` among them, then in CSV and Parquet what is to blame, id and label. */
export async function writeScores(
  file: string,
  scores: ExampleScores,
  context: ScoresContext,
): Promise<void> {
  const table = scoreTable(scores, context);
  await RowsFile.write(file, table.columns, scores.length, async (rows) => {
    for (let start = 0; start < scores.length; start += chunk) {
      const { numbers, texts } = table.rows(start, Math.min(scores.length, start + chunk));
      await rows.add(numbers, texts);
    }
  });
}

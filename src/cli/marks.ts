import { type Dataset, layoutFor, openTable, tableOf } from "../data/index.js";
import { type SplitName, splitOf } from "../evaluate/index.js";
import { markedRows } from "../rows/index.js";
import { UserError } from "../tensor/index.js";
import { labelsIn, rowsWith } from "../uses/index.js";
import type { OpenedRun } from "./model.js";

/** Which examples are told apart: of what data set, of what place, by which option. */
export interface MarksContext {
  readonly run: OpenedRun;
  readonly dataset: Dataset;
  readonly split: SplitName;
  /** The data that were named, if any were. */
  readonly data: string | undefined;
  readonly option: string;
}

/**
 * Marks of a split's examples, 1 for those that a text names: by their labels, `label=3`, or of a table by conditions on its columns,
 * `fraud=yes`. Throws a UserError that names the option for labels, columns and values that aren't there.
 */
export async function marksOf(
  text: string,
  { run, dataset, split, data, option }: MarksContext,
): Promise<Uint8Array> {
  const examples = splitOf(dataset, split);
  const fitted = tableOf(run.model.schema);
  if (fitted === undefined) {
    const marks = new Uint8Array(examples.length);
    for (const row of rowsWith(examples, labelsIn(text, dataset, examples, option))) marks[row] = 1;
    return marks;
  }
  if (data === undefined) {
    throw new UserError(
      `${option} looks at the rows of a table: name it behind the model, which can be the one that the run was trained on`,
      2,
    );
  }
  const input = await openTable(data, await layoutFor(data, fitted));
  try {
    const marks = await markedRows(text, fitted, input, option);
    if (marks.length === examples.length) return marks;
    throw new UserError(
      `${data} changed while it was read: it had ${examples.length} rows, now ${marks.length}`,
    );
  } finally {
    await input.close();
  }
}

/** The rows that are marked, in their order. */
export function rowsMarked(marks: Uint8Array): Int32Array {
  return Int32Array.from(Array.from(marks.keys()).filter((row) => marks[row] === 1));
}
